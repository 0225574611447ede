import type { HandlerContext } from "@connectrpc/connect";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import type { GetSessionStateRequest } from "../../../gen/parley/v1/state_requests_pb.js";
import type { Context } from "../../context.ts";
import { invalidArgument } from "../../domain/errors.ts";
import { etagOf } from "../../domain/etag.ts";
import { stateView } from "../../domain/state-view.ts";
import type { Reading } from "../../log/read-session.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getSessionState(context: Context) {
  return async (request: GetSessionStateRequest, call: HandlerContext) => {
    const reading = await read(context, request, call);
    const { version } = reading.session;
    const seq = request.atSeq ?? version;
    if (seq > version) throw invalidArgument("at_seq", "is beyond the end of the log");
    const { head, stateVersion } = await context.log.pastHead(reading, seq);
    markStale(call, reading);
    return {
      sessionId: reading.session.sessionId,
      state: stateView(head),
      seq,
      stateVersion,
      // A state of the past is no state that a change could ask for.
      etag: seq === version ? etagOf(head.uid, stateVersion, version) : "",
    };
  };
}

/** A copy that does not reach the event yet may be an old one: then the journal is asked. */
async function read(
  context: Context,
  request: GetSessionStateRequest,
  call: HandlerContext,
): Promise<Reading> {
  const wish = { principal: callerOf(call), id: request.sessionId, ...freshnessOf(request) };
  const reading = await context.log.read(wish);
  if ((request.atSeq ?? 0) <= reading.session.version) return reading;
  return context.log.read({ ...wish, consistency: Consistency.STRONG });
}
