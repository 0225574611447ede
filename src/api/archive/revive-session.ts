import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import {
  type ReviveSessionRequest,
  ReviveSessionRequestSchema,
} from "../../../gen/parley/v1/archive_service_pb.js";
import { SessionRevivedSchema } from "../../../gen/parley/v1/event_pb.js";
import type { Context } from "../../context.ts";
import { admitArchived } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import { quotaExceeded } from "../../domain/errors.ts";
import { lifetimeFrom } from "../../domain/lifetime.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";
import { hasRoomForSession } from "../quotas.ts";

export function reviveSession(context: Context) {
  return async (request: ReviveSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const hasRoom = await hasRoomForSession(context, principal);
    const written = await context.log.revive({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, ReviveSessionRequestSchema, request),
      decide(head) {
        const decision = decide(context, principal, request, head);
        if (!hasRoom) throw quotaExceeded("sessions");
        return decision;
      },
    });
    return { session: sessionView(written.head) };
  };
}

function decide(
  context: Context,
  principal: Principal,
  request: ReviveSessionRequest,
  found: Head | undefined,
): Decision {
  const now = context.clock.now();
  const { head, session } = admitArchived(found, principal, now);
  const expiresAt = timestampFromDate(lifetimeFrom(session, request.ttl, now));
  const value = create(SessionRevivedSchema, { expiresAt });
  const revived = draftEvent(context, principal, { case: "sessionRevived", value });
  return changeState(head, [revived], { movesGate: true });
}
