import type { HandlerContext } from "@connectrpc/connect";
import {
  type AppendMessagesRequest,
  AppendMessagesRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { append, appendToTurn } from "../../domain/append.ts";
import { decodeEvent } from "../../domain/event.ts";
import { refuseFullLog } from "../../domain/event-limits.ts";
import { messageOf } from "../../domain/message.ts";
import type { Written } from "../../log/write-session.ts";
import { messageEvents } from "../appended.ts";
import { callerOf } from "../caller.ts";
import { writeToTurn } from "../named-turn.ts";
import { operationOf } from "../operation.ts";

export function appendMessages(context: Context) {
  return async (request: AppendMessagesRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const events = messageEvents(context, principal, request.messages);
    const named = operationOf(context, call, principal, AppendMessagesRequestSchema, request);
    const written = await writeToTurn(context, { principal, ...request }, (known) =>
      context.log.write({
        principal,
        id: request.sessionId,
        ...named,
        closes: request.messages.flatMap(({ messageId }) => messageId ?? []),
        decide(found) {
          const { head, session } = admit(found, principal, context.clock.now(), Permission.EDIT);
          refuseFullLog(session, events);
          return request.turn === undefined
            ? append(head, events)
            : appendToTurn(head, events, request.turn, known);
        },
      }),
    );
    return responseOf(written);
  };
}

function responseOf({ events }: Written) {
  const messages = events.map((record) => messageOf(decodeEvent(record)));
  return {
    messages: messages.filter((m) => m !== undefined),
    version: events.at(-1)?.seq ?? 0,
  };
}
