import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { SessionRestoredSchema } from "../../../gen/parley/v1/event_pb.js";
import {
  type RestoreSessionRequest,
  RestoreSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import { ParleyError, quotaExceeded, sessionNotFound } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { isForgotten } from "../../domain/retention.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";
import { hasRoomForSession } from "../quotas.ts";

export function restoreSession(context: Context) {
  return async (request: RestoreSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const hasRoom = await hasRoomForSession(context, principal);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, RestoreSessionRequestSchema, request),
      decide: (head) => decide(context, principal, restorable(context, principal, head), hasRoom),
    });
    if (written.events.length === 0)
      await refuseTaken(context, principal, request.sessionId, written.head);
    return { session: sessionView(written.head) };
  };
}

/** One that is past the window is as good as purged, whether that was done yet or not. */
function restorable(context: Context, principal: Principal, found: Head | undefined): Head {
  const now = context.clock.now();
  const { head } = admitDeleted(found, principal, now);
  if (isForgotten(head, context.retention, now)) throw sessionNotFound();
  return head;
}

function decide(
  context: Context,
  principal: Principal,
  held: Head,
  hasRoom: boolean,
): Decision | undefined {
  if (held.deletedAt === undefined) return undefined;
  if (!hasRoom) throw quotaExceeded("sessions");
  const value = create(SessionRestoredSchema);
  const restored = draftEvent(context, principal, { case: "sessionRestored", value });
  return changeState(held, [restored], { movesGate: true });
}

/** The id names a living session: was it a deleted one that the caller meant? */
async function refuseTaken(
  context: Context,
  principal: Principal,
  id: string,
  living: Head | undefined,
): Promise<void> {
  const { tenantId, userId } = principal;
  const deleted = await context.log.readDeleted({ tenantId, userId, id });
  if (deleted === undefined || isForgotten(deleted, context.retention, context.clock.now())) return;
  if (deleted.uid !== living?.uid) {
    throw new ParleyError("session_exists", "another session has this id now");
  }
}
