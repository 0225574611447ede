import type { HandlerContext } from "@connectrpc/connect";
import type { ListEventsRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent, MAX_SEQ } from "../../domain/event.ts";
import { withoutPayload } from "../../domain/turn-events.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

const DEFAULT_LIMIT = 100;

export function listEvents(context: Context) {
  return async (request: ListEventsRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: request.afterSeq },
    });
    const limit = request.limit ?? DEFAULT_LIMIT;
    const afterSeq = Math.min(request.afterSeq, MAX_SEQ);
    const records = await context.log.events(reading, { afterSeq, limit });
    const events = records.map(decodeEvent);
    markStale(call, reading);
    const { sessionId, version } = reading.session;
    return {
      sessionId,
      events: request.includePayload === false ? events.map(withoutPayload) : events,
      hasMore: (events.at(-1)?.seq ?? version) < version,
      version,
    };
  };
}
