import { create } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../context.ts";
import { type EventDraft, newEvent, unplacedEvent } from "../domain/event.ts";
import { foldEvents } from "../domain/fold.ts";
import type { Principal } from "../domain/principal.ts";
import { newConversation } from "../domain/session.ts";
import { changedTasks } from "../domain/task-record.ts";
import type { Creation } from "../journal/port.ts";
import { draftEvent } from "./event.ts";
import { quotasOf } from "./quotas.ts";

/** A new session of its caller under an id, and what its log begins with. */
export function newSession(
  context: Context,
  principal: Principal,
  request: CreateSessionRequest,
  sessionId: string,
): Head {
  const identity = { uid: context.ids.uuid(), sessionId, now: context.clock.now() };
  return newConversation(request, principal, identity);
}

/** A new conversation. */
export function creationOf(
  context: Context,
  principal: Principal,
  request: CreateSessionRequest,
  sessionId: string,
  operation: Creation["operation"],
): Creation {
  return beginning(context, principal, newSession(context, principal, request, sessionId), {
    operation,
  });
}

/**
 * A session that begins with its creation and more.
 * @param held money that is held for it, in dollars
 */
export function beginning(
  context: Context,
  principal: Principal,
  { uid, session }: Head,
  rest: Pick<Creation, "operation" | "claim"> & {
    readonly held?: number;
    readonly drafts?: readonly EventDraft[];
  },
): Creation {
  const { operation, claim, held, drafts = [] } = rest;
  const value = { session, ...(held !== undefined && { held }) };
  const created = draftEvent(context, principal, { case: "sessionCreated", value });
  const all = [created, ...drafts];
  const nothing = create(HeadSchema, { uid });
  const events = all.map(unplacedEvent);
  const head = foldEvents(nothing, events);
  const tasks = changedTasks(nothing, head, events);
  const { maxSessions } = quotasOf(context, principal);
  return {
    operation,
    head,
    events: all.map(newEvent),
    ...(tasks.length > 0 && { tasks }),
    ...(claim && { claim }),
    ...(maxSessions !== undefined && { maxSessions }),
  };
}
