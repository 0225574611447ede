import type { Written } from "../../log/write-session.ts";

/** Where a session stands after a write that changed its work. */
export function standing({ head }: Written) {
  if (head?.session === undefined) throw new Error("a change of the work left no head");
  return { sessionId: head.session.sessionId, status: head.session.status };
}
