import type { HandlerContext } from "@connectrpc/connect";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type ShareSessionRequest,
  ShareSessionRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { newShare, refuseMoreShares } from "../../domain/sharing.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants, identityOf, sharedBy } from "./grants.ts";
import { sessionUrl } from "./urls.ts";

export function shareSession(context: Context) {
  return async (request: ShareSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const share = newShare(request, identityOf(context, principal));
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, ShareSessionRequestSchema, request),
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.OWN);
        refuseMoreShares(head, share);
        return changeGrants(context, principal, head, { case: "sessionShared", value: { share } });
      },
    });
    const { share: made } = sharedBy(written);
    if (made === undefined) throw new TypeError("an event of a share without it");
    const { shareId, recipients, expiresAt } = made;
    const sessionId = written.head?.session?.sessionId ?? request.sessionId;
    const shareUrl = sessionUrl(context, sessionId);
    return { shareId, shareUrl, recipients, ...(expiresAt && { expiresAt }), share: made };
  };
}
