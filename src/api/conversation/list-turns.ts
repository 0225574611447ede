import type { HandlerContext } from "@connectrpc/connect";
import type { ListTurnsRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { Context } from "../../context.ts";
import { turnOf } from "../../domain/turn.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { offsetOf, orderOf } from "../paging.ts";
import { lastEvents } from "../tail.ts";

const DEFAULT_LIMIT = 20;
/** How many events there are for a turn, at most in most sessions. */
const EVENTS_PER_TURN = 5;

export function listTurns(context: Context) {
  return async (request: ListTurnsRequest, call: HandlerContext) => {
    const limit = request.limit ?? DEFAULT_LIMIT;
    const wish = { order: orderOf(request, "desc"), limit, offset: offsetOf(request, limit) };
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: lastEvents(wish, EVENTS_PER_TURN) ?? { eventsAfter: 0 },
    });
    const turns = await context.log.turns(reading, wish);
    markStale(call, reading);
    const { head, session } = reading;
    const total = session.turnCount - head.clearedTurns;
    return {
      items: turns.map(turnOf),
      total,
      limit,
      offset: wish.offset,
      hasMore: wish.offset + turns.length < total && turns.length > 0,
      version: session.version,
    };
  };
}
