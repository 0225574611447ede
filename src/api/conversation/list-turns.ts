import type { HandlerContext } from "@connectrpc/connect";
import type { ListTurnsRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { Context } from "../../context.ts";
import { turnOf } from "../../domain/turn.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { offsetOf, orderOf } from "../paging.ts";

const DEFAULT_LIMIT = 20;
/** Events of a turn in which its tool calls are looked for. */
const EVENTS_PER_TURN = 1000;

export function listTurns(context: Context) {
  return async (request: ListTurnsRequest, call: HandlerContext) => {
    const limit = request.limit ?? DEFAULT_LIMIT;
    const offset = offsetOf(request, limit);
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: 0 },
    });
    const order = orderOf(request, "desc");
    const wish = { order, limit, offset, perTurn: EVENTS_PER_TURN };
    const turns = await context.log.turns(reading, wish);
    markStale(call, reading);
    const { turnCount, version } = reading.session;
    return {
      items: turns.map(turnOf),
      total: turnCount,
      limit,
      offset,
      hasMore: offset + turns.length < turnCount && turns.length > 0,
      version,
    };
  };
}
