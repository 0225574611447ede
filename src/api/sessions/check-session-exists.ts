import type { HandlerContext } from "@connectrpc/connect";
import type { CheckSessionExistsRequest } from "../../../gen/parley/v1/session_queries_pb.js";
import type { Context } from "../../context.ts";
import { ParleyError } from "../../domain/errors.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function checkSessionExists(context: Context) {
  return async (request: CheckSessionExistsRequest, call: HandlerContext) => {
    try {
      const principal = callerOf(call);
      const freshness = freshnessOf(request);
      const reading = await context.log.read({ principal, id: request.sessionId, ...freshness });
      markStale(call, reading);
      return { exists: true };
    } catch (error) {
      if (isAbsence(error)) return { exists: false };
      throw error;
    }
  };
}

function isAbsence(error: unknown): boolean {
  return (
    error instanceof ParleyError &&
    (error.reason === "session_not_found" || error.reason === "session_expired")
  );
}
