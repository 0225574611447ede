import type { HandlerContext } from "@connectrpc/connect";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { ListSharesRequest } from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { shareOf } from "../../domain/grant.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function listShares(context: Context) {
  return async (request: ListSharesRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      needed: Permission.OWN,
    });
    markStale(call, reading);
    const { head } = reading;
    return { shares: head.grants.map(shareOf) };
  };
}
