import type { HandlerContext } from "@connectrpc/connect";
import {
  type AppendEventsRequest,
  AppendEventsRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { append } from "../../domain/append.ts";
import { decodeEvent, type NewEvent, newEvent } from "../../domain/event.ts";
import { refuseFullLog, refuseLargeEvents } from "../../domain/event-limits.ts";
import { refuseDeepObject } from "../../domain/json-depth.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function appendEvents(context: Context) {
  return async (request: AppendEventsRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const events = eventsOf(context, principal, request);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, AppendEventsRequestSchema, request),
      decide(found) {
        const { head, session } = admit(found, principal, context.clock.now());
        refuseFullLog(session, events);
        return append(head, events);
      },
    });
    return {
      events: written.events.map(decodeEvent),
      version: written.events.at(-1)?.seq ?? 0,
    };
  };
}

function eventsOf(
  context: Context,
  principal: Principal,
  request: AppendEventsRequest,
): NewEvent[] {
  const events = request.events.map(({ name, agentId, message, payload }, i) => {
    refuseDeepObject(`events[${i}].payload`, payload);
    const value = { name, agentId, message, payload };
    return newEvent(draftEvent(context, principal, { case: "agentEvent", value }));
  });
  refuseLargeEvents(events, "events");
  return events;
}
