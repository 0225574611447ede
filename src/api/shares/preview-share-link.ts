import type { HandlerContext } from "@connectrpc/connect";
import type { PreviewShareLinkRequest } from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { findLinked } from "./shared-link.ts";

export function previewShareLink(context: Context) {
  return async ({ secret }: PreviewShareLinkRequest, call: HandlerContext) => {
    const { session, share } = await findLinked(context, callerOf(call).tenantId, secret);
    const { permissions, message, expiresAt } = share;
    return {
      owner: session.userId,
      permissions,
      ...(session.title !== undefined && { title: session.title }),
      ...(message !== undefined && { message }),
      ...(expiresAt && { expiresAt }),
    };
  };
}
