import type { HandlerContext } from "@connectrpc/connect";
import type { ListTurnEventsRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import type { TurnEvents } from "../../../gen/parley/v1/turn_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent, MAX_SEQ } from "../../domain/event.ts";
import type { TurnExcerpt } from "../../domain/turn.ts";
import { EVENTS_PER_PAGE, turnEventsOf } from "../../domain/turn-events.ts";
import type { Reading } from "../../log/read-session.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

const DEFAULT_LIMIT = 10;

export function listTurnEvents(context: Context) {
  return async (request: ListTurnEventsRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: 0 },
    });
    const turns = await turnsOf(context, reading, request);
    markStale(call, reading);
    const { head, session } = reading;
    return {
      sessionId: session.sessionId,
      count: session.turnCount - head.clearedTurns,
      turns,
      version: session.version,
    };
  };
}

async function turnsOf(
  context: Context,
  reading: Reading,
  request: ListTurnEventsRequest,
): Promise<TurnEvents[]> {
  const { turn, afterSeq, includePayload } = request;
  if (turn === undefined) {
    const page = { limit: request.limit ?? DEFAULT_LIMIT, offset: request.offset ?? 0 };
    const turns = await context.log.turns(reading, { order: "asc", ...page });
    return turns.map((excerpt) => turnEventsOf(excerpt, includePayload));
  }
  if (turn <= reading.head.clearedTurns) return [];
  const excerpt = await context.log.turn(reading, turn);
  if (excerpt === undefined) return [];
  if (afterSeq === undefined) return [turnEventsOf(excerpt, includePayload)];
  const events = await eventsAfter(context, reading, excerpt, afterSeq);
  return [turnEventsOf(excerpt, includePayload, events)];
}

/** A page that begins inside the turn. */
async function eventsAfter(
  context: Context,
  reading: Reading,
  { events, lastSeq }: TurnExcerpt,
  afterSeq: number,
) {
  const firstSeq = events[0]?.seq ?? 1;
  const wish = {
    afterSeq: Math.min(Math.max(afterSeq, firstSeq - 1), MAX_SEQ),
    upToSeq: lastSeq,
    limit: EVENTS_PER_PAGE,
  };
  return (await context.log.events(reading, wish)).map(decodeEvent);
}
