import type { HandlerContext } from "@connectrpc/connect";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type CreateShareLinkRequest,
  CreateShareLinkRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { newLink, refuseMoreShares } from "../../domain/sharing.ts";
import { linkDigest, newLinkSecret } from "../../link-secret.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants, identityOf, sharedBy } from "./grants.ts";
import { linkUrl } from "./urls.ts";

export function createShareLink(context: Context) {
  return async (request: CreateShareLinkRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const share = newLink(request, identityOf(context, principal));
    const secret = newLinkSecret();
    const secretDigest = linkDigest(secret);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, CreateShareLinkRequestSchema, request),
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.OWN);
        refuseMoreShares(head, share);
        const value = { share, secretDigest };
        return changeGrants(context, principal, head, { case: "sessionShared", value });
      },
    });
    const made = sharedBy(written);
    // Of a retry, the secret is that of the first call, and was in its answer alone.
    if (!secretDigest.equals(made.secretDigest)) return { share: made.share };
    return { share: made.share, secret, shareUrl: linkUrl(context, secret) };
  };
}
