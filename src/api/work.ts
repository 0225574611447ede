import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Actor, ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import type { Context } from "../context.ts";
import { changeState, type Decision } from "../domain/decision.ts";
import type { EventDraft } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { WorkDraft } from "../domain/task-commands.ts";
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
  const events = drafts.map((draft) => eventDraft(context, principal, head, draft));
  return changeState(head, events, { movesGate: true });
}

function eventDraft(
  context: Context,
  principal: Principal,
  head: Head,
  { taskId, payload, startsTurn }: WorkDraft,
): EventDraft {
  const draft = draftEvent(context, principal, payload);
  return {
    ...draft,
    ...(isAsked(payload) && { actor: ownerOf(head) }),
    ...(taskId !== undefined && { taskId }),
    ...(startsTurn !== undefined && { startsTurn }),
  };
}

/** What a task is about is its owner's to have said, whoever's call writes it. */
function isAsked(payload: EventDraft["payload"]): boolean {
  return payload.case === "message" && payload.value.role === Role.USER;
}

function ownerOf({ session }: Head): Actor {
  return create(ActorSchema, { type: ActorType.USER, id: session?.userId ?? "" });
}
