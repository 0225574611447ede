import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type OpenShareLinkRequest,
  OpenShareLinkRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit, owns } from "../../domain/access.ts";
import type { Decision } from "../../domain/decision.ts";
import { ParleyError, shareNotFound } from "../../domain/errors.ts";
import { linkName } from "../../domain/grant.ts";
import { ownerOf, type Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { refuseMoreOpening } from "../../domain/sharing.ts";
import { linkDigest } from "../../link-secret.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants } from "./grants.ts";
import { findLinked, linkedIn } from "./shared-link.ts";

export function openShareLink(context: Context) {
  return async (request: OpenShareLinkRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const found = await findLinked(context, caller.tenantId, request.secret);
    const { sessionId } = found.session;
    const { head } = await context.log.write({
      // The caller is to be let in, so that it is the owner for whom the session is looked up.
      principal: ownerOf(found.session),
      id: sessionId,
      ...operationOf(context, call, caller, OpenShareLinkRequestSchema, request),
      decide: (seen) => decide(context, caller, seen, request.secret),
    });
    const { access } = admitOpened(head, caller, context.clock.now());
    return { sessionId, session: sessionView(head), permissions: access.permission };
  };
}

function decide(
  context: Context,
  caller: Principal,
  seen: Head | undefined,
  secret: string,
): Decision | undefined {
  const { head, share } = linkedIn(seen, linkName(linkDigest(secret)), context.clock.now());
  const { userId } = caller;
  if (owns(head, caller) || share.openedBy.includes(userId)) return undefined;
  refuseMoreOpening(head);
  const value = { shareId: share.shareId, userId };
  return changeGrants(context, caller, head, { case: "shareLinkOpened", value });
}

/** The link may have been revoked since. */
function admitOpened(head: Head | undefined, caller: Principal, now: Date) {
  try {
    return admit(head, caller, now, Permission.VIEW);
  } catch (error) {
    throw error instanceof ParleyError ? shareNotFound() : error;
  }
}
