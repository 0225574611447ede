import type { HandlerContext } from "@connectrpc/connect";
import type { ListTurnEventsRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { Context } from "../../context.ts";
import { turnEventsOf } from "../../domain/turn.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

const DEFAULT_LIMIT = 10;
/** Events that come with a turn; the rest of a longer one is read from the flat log. */
const EVENTS_PER_TURN = 200;

export function listTurnEvents(context: Context) {
  return async (request: ListTurnEventsRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: 0 },
    });
    const turns = await context.log.turns(reading, {
      order: "asc",
      limit: request.limit ?? DEFAULT_LIMIT,
      offset: request.offset ?? 0,
      perTurn: EVENTS_PER_TURN,
    });
    markStale(call, reading);
    return {
      sessionId: reading.session.sessionId,
      count: reading.session.turnCount,
      turns: turns.map((turn) => turnEventsOf(turn, request.includePayload)),
      version: reading.session.version,
    };
  };
}
