import type { HandlerContext } from "@connectrpc/connect";
import {
  type AppendMessagesRequest,
  AppendMessagesRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { ParleyError } from "../../domain/errors.ts";
import { decodeEvent, type NewEvent, newEvent } from "../../domain/event.ts";
import { messageOf, messagePayload } from "../../domain/message.ts";
import type { Principal } from "../../domain/principal.ts";
import { actorOf } from "../actor.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";

/** Most bytes of one append, encoded. */
const MAX_APPEND_BYTES = 4 * 1_048_576;

export function appendMessages(context: Context) {
  return async (request: AppendMessagesRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const events = eventsOf(context, principal, request);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, AppendMessagesRequestSchema, request),
      decide(head) {
        admit(head, principal, context.clock.now());
        return { events };
      },
    });
    const messages = written.events.map((record) => messageOf(decodeEvent(record)));
    return {
      messages: messages.filter((m) => m !== undefined),
      version: written.events.at(-1)?.seq ?? 0,
    };
  };
}

function eventsOf(
  context: Context,
  principal: Principal,
  request: AppendMessagesRequest,
): NewEvent[] {
  const at = context.clock.now();
  const actor = actorOf(principal);
  const events = request.messages.map((message, i) => {
    const payload = messagePayload(message, `messages[${i}]`);
    return newEvent({ eventId: context.ids.uuid(), at, actor, payload });
  });
  const bytes = events.reduce((sum, event) => sum + event.bytes.length, 0);
  if (bytes > MAX_APPEND_BYTES) {
    const description = `must not be larger than ${MAX_APPEND_BYTES} bytes in all`;
    throw new ParleyError("payload_too_large", `messages: ${description}`, {
      violations: [{ field: "messages", description }],
    });
  }
  return events;
}
