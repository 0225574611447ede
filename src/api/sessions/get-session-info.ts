import type { HandlerContext } from "@connectrpc/connect";
import type { GetSessionInfoRequest } from "../../../gen/parley/v1/session_lifetime_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getSessionInfo(context: Context) {
  return async (request: GetSessionInfoRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const freshness = freshnessOf(request);
    const reading = await context.log.read({ principal, id: request.sessionId, ...freshness });
    markStale(call, reading);
    const { head, session } = reading;
    return {
      sessionId: session.sessionId,
      created: session.createdAt,
      lastModified: session.updatedAt,
      messageCount: session.messageCount - head.clearedMessages,
      fileSize: session.logBytes,
    };
  };
}
