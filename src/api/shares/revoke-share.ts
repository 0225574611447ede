import type { HandlerContext } from "@connectrpc/connect";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type RevokeShareRequest,
  RevokeShareRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { shareOf } from "../../domain/grant.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants } from "./grants.ts";

export function revokeShare(context: Context) {
  return async (request: RevokeShareRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const { shareId } = request;
    await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, RevokeShareRequestSchema, request),
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.OWN);
        if (!head.grants.some((grant) => shareOf(grant).shareId === shareId)) return undefined;
        const value = { shareId };
        return changeGrants(context, principal, head, { case: "shareRevoked", value });
      },
    });
    return {};
  };
}
