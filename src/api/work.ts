import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import type { Context } from "../context.ts";
import { changeState, type Decision } from "../domain/decision.ts";
import type { EventDraft } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { WorkDraft } from "../domain/task-commands.ts";
import { turnPhase } from "../domain/turn-mark.ts";
import { isRun } from "../domain/work.ts";
import { draftEvent } from "./event.ts";

/** Whether the work of a session can be held: of a run its type decides, as configured. */
export function isPausable({ work }: Context, session: Session): boolean {
  return !isRun(session) || work.pausable.has(session.sessionType);
}

/**
 * Writes what happens to the work of a session. It moves the gate: whatever a worker still
 * appends on a lease that is over is decided anew, and refused.
 */
export function changeWork(
  context: Context,
  principal: Principal,
  head: Head,
  drafts: readonly WorkDraft[],
): Decision & { readonly state: Head } {
  const events = drafts.map((draft) => eventDraft(context, principal, draft));
  // After an ended turn a message begins the next one, of two at once only the first.
  const begins = turnPhase(head) === "ended" && events.some(({ startsTurn }) => startsTurn);
  return changeState(head, events, { movesGate: true, sameTurn: begins });
}

function eventDraft(
  context: Context,
  principal: Principal,
  { taskId, payload, startsTurn }: WorkDraft,
): EventDraft {
  return {
    ...draftEvent(context, principal, payload),
    ...(taskId !== undefined && { taskId }),
    ...(startsTurn !== undefined && { startsTurn }),
  };
}
