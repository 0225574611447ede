import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type UpdateShareRequest,
  UpdateShareRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { sessionNotFound } from "../../domain/errors.ts";
import { editedShare, findShare } from "../../domain/sharing.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants } from "./grants.ts";

export function updateShare(context: Context) {
  return async (request: UpdateShareRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const { head } = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, UpdateShareRequestSchema, request),
      decide(found) {
        const now = context.clock.now();
        const { head } = admit(found, principal, now, Permission.OWN);
        const share = editedShare(findShare(head, request.shareId), request, now);
        if (share === undefined) return undefined;
        return changeGrants(context, principal, head, { case: "shareChanged", value: { share } });
      },
    });
    return { share: shareIn(head, request) };
  };
}

function shareIn(head: Head | undefined, { shareId }: UpdateShareRequest) {
  if (head === undefined) throw sessionNotFound();
  return findShare(head, shareId);
}
