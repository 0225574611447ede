import type { HandlerContext } from "@connectrpc/connect";
import type { GetTurnRequest } from "../../../gen/parley/v1/turn_requests_pb.js";
import type { Context } from "../../context.ts";
import { turnOf } from "../../domain/turn.ts";
import { turnNotFound, turnNumberIn } from "../../domain/turn-mark.ts";
import type { Reading } from "../../log/read-session.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

/** Events of the live tail that are asked for: an open turn is most often among them. */
const LAST_EVENTS = 64;

export function getTurn(context: Context) {
  return async (request: GetTurnRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { lastEvents: LAST_EVENTS },
    });
    const number = await numberOf(context, reading, request.turn);
    const excerpt = number === undefined ? undefined : await context.log.turn(reading, number);
    if (excerpt === undefined) throw turnNotFound();
    markStale(call, reading);
    return { turn: turnOf(excerpt) };
  };
}

/** Of a turn that a call began or ended last, the head knows the id. */
async function numberOf(
  context: Context,
  reading: Reading,
  name: string,
): Promise<number | undefined> {
  const { turn } = reading.head;
  if (turn?.turnId === name) return turn.turnNumber;
  return turnNumberIn(name) ?? (await context.log.findTurn(reading, name))?.turnNumber;
}
