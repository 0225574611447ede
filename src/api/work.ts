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
  const phase = turnPhase(head);
  const events = drafts.map((draft) => eventDraft(context, principal, draft));
  const message = events.find(({ payload }) => payload.case === "message");
  if (message === undefined || phase === "formed") return move(head, events);
  // In a turn that a call began no message begins another; after one that a call ended, any does.
  const placed = events.map((event) =>
    event === message ? { ...event, startsTurn: phase === "ended" } : event,
  );
  return changeState(head, placed, { movesGate: true, sameTurn: phase === "ended" });
}

function move(head: Head, events: readonly EventDraft[]) {
  return changeState(head, events, { movesGate: true });
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
