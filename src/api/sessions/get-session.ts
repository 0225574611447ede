import type { HandlerContext } from "@connectrpc/connect";
import type { GetSessionRequest } from "../../../gen/parley/v1/session_queries_pb.js";
import type { Context } from "../../context.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getSession(context: Context) {
  return async (request: GetSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const reading = await context.log.read({
      principal,
      id: request.sessionId,
      ...freshnessOf(request),
    });
    markStale(call, reading);
    return { session: sessionView(reading.head) };
  };
}
