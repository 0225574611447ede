import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Role } from "../../gen/parley/v1/message_pb.js";
import type { EventDraft } from "./event.ts";
import { turnPhase } from "./turn-mark.ts";

/** What is to be written about the work of a session, before it has an id, a time and an actor. */
export interface WorkDraft {
  /** The task it belongs to. */
  readonly taskId: string | undefined;
  readonly payload: EventDraft["payload"];
  /** Whether a turn begins with it. Default: if it carries a user's message. */
  readonly startsTurn?: boolean;
}

/**
 * A message that belongs to a task. It begins a turn where any appended one would: never in a
 * turn that a call began, always after one that a call ended.
 */
export function messageDraft(
  head: Head | undefined,
  message: { readonly taskId: string; readonly role: Role; readonly content: string },
): WorkDraft {
  const { taskId, role, content } = message;
  const payload = { case: "message" as const, value: { role, content } };
  const phase = head === undefined ? "formed" : turnPhase(head);
  return phase === "formed"
    ? { taskId, payload }
    : { taskId, payload, startsTurn: phase === "ended" };
}
