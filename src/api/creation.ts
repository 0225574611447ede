import { create } from "@bufbuild/protobuf";
import { SessionCreatedSchema } from "../../gen/parley/v1/event_pb.js";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../context.ts";
import { newEvent } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import { newConversation } from "../domain/session.ts";
import type { Creation } from "../journal/port.ts";
import { draftEvent } from "./event.ts";

/** A new conversation of its caller under an id. */
export function creationOf(
  context: Context,
  principal: Principal,
  request: CreateSessionRequest,
  sessionId: string,
  operation: Creation["operation"],
): Creation {
  const identity = { uid: context.ids.uuid(), sessionId, now: context.clock.now() };
  const head = newConversation(request, principal, identity);
  const value = create(SessionCreatedSchema, { session: head.session });
  const event = newEvent(draftEvent(context, principal, { case: "sessionCreated", value }));
  return { operation, head, events: [event] };
}
