import type { HandlerContext } from "@connectrpc/connect";
import {
  type AppendEventsRequest,
  AppendEventsRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { append } from "../../domain/append.ts";
import { decodeEvent } from "../../domain/event.ts";
import { refuseFullLog } from "../../domain/event-limits.ts";
import { agentEvents } from "../appended.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";

export function appendEvents(context: Context) {
  return async (request: AppendEventsRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const events = agentEvents(context, principal, request.events);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, AppendEventsRequestSchema, request),
      decide(found) {
        const { head, session } = admit(found, principal, context.clock.now(), Permission.EDIT);
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
