import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Session } from "../../../gen/parley/v1/session_pb.js";
import type { GetAccessRequest } from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { type Access, expiresAt } from "../../domain/access.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getAccess(context: Context) {
  return async (request: GetAccessRequest, call: HandlerContext) => {
    const wish = { principal: callerOf(call), id: request.sessionId, ...freshnessOf(request) };
    const reading = await context.log.read(wish);
    markStale(call, reading);
    const { session, access } = reading;
    const { sessionId, userId: owner } = session;
    return { sessionId, owner, ...accessFields(access, session) };
  };
}

/** What somebody may do, as answers say it. */
export function accessFields({ permission, until }: Access, session: Session) {
  const endsEarly = until < expiresAt(session);
  return {
    permissions: permission,
    ...(endsEarly && { expiresAt: timestampFromMs(until) }),
  };
}
