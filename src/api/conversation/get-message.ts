import type { HandlerContext } from "@connectrpc/connect";
import type { GetMessageRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent } from "../../domain/event.ts";
import { messageOf } from "../../domain/message.ts";
import { messageNotFound } from "../../domain/redaction.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getMessage(context: Context) {
  return async (request: GetMessageRequest, call: HandlerContext) => {
    const afterSeq = request.seq - 1;
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: afterSeq },
    });
    const wish = { afterSeq, upToSeq: request.seq, limit: 1 };
    const [record] = await context.log.events(reading, wish);
    const message = record && messageOf(decodeEvent(record));
    if (message === undefined) throw messageNotFound();
    markStale(call, reading);
    return { message };
  };
}
