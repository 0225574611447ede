import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Permission, type Share } from "../../../gen/parley/v1/share_pb.js";
import {
  type TransferSessionRequest,
  TransferSessionRequestSchema,
} from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { isNamed, newShare, permissionOf } from "../../domain/sharing.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeGrants, identityOf } from "./grants.ts";

export function transferSession(context: Context) {
  return async (request: TransferSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const kept = keptShare(context, principal, request);
    const { head } = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, TransferSessionRequestSchema, request),
      // Whether there is work is the journal's to say.
      confirmed: true,
      decide(found) {
        const now = context.clock.now();
        const { head } = admit(found, principal, now, Permission.OWN);
        refuseTransfer(head, request.toUserId, now);
        const value = { fromUserId: principal.userId, toUserId: request.toUserId, kept };
        return changeGrants(context, principal, head, { case: "ownershipTransferred", value });
      },
    });
    return { session: sessionView(head) };
  };
}

/** What is to be left to the former owner. */
function keptShare(
  context: Context,
  principal: Principal,
  { keep, toUserId }: TransferSessionRequest,
): Share | undefined {
  if (permissionOf("keep", keep, Permission.UNSPECIFIED) === Permission.UNSPECIFIED) {
    return undefined;
  }
  const wish = { recipients: [principal.userId], groups: [], permissions: keep };
  return newShare(wish, { ...identityOf(context, principal), createdBy: toUserId });
}

/** Money that is held, and work that goes on, are on the account of who has it now. */
function refuseTransfer(head: Head, toUserId: string, now: Date): void {
  if (toUserId === head.session?.userId) throw invalidArgument("to_user_id", "owns it already");
  if (!isNamed(head, toUserId, now)) {
    throw invalidArgument("to_user_id", "must be a user whom a share of the session names");
  }
  if (head.tasks.length === 0 && head.heldMicros === undefined && !head.countsAsOpen) return;
  throw new ParleyError("session_busy", "a task of the session has not ended");
}
