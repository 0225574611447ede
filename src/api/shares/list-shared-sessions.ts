import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Permission, type Share } from "../../../gen/parley/v1/share_pb.js";
import type { ListSharedSessionsRequest } from "../../../gen/parley/v1/share_requests_pb.js";
import type { Context } from "../../context.ts";
import { accessOf } from "../../domain/access.ts";
import { granteesOf, grantOf } from "../../domain/grant.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import type { SharedEntry } from "../../journal/port.ts";
import { callerOf } from "../caller.ts";
import { accessFields } from "./get-access.ts";

const DEFAULT_LIMIT = 20;

export function listSharedSessions(context: Context) {
  return async (request: ListSharedSessionsRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const { tenantId, userId } = caller;
    const { limit = DEFAULT_LIMIT, offset = 0 } = request;
    const now = context.clock.now();
    const names = granteesOf(caller);
    const query = { tenantId, userId, names, now, limit, offset };
    const { entries, hasMore } = await context.log.listShared(query);
    return { shared: entries.flatMap((entry) => sharedWith(entry, caller, now)), hasMore };
  };
}

/** Nothing where the index names somebody whom the head does not let in. */
function sharedWith({ head, sharedAt }: SharedEntry, caller: Principal, now: Date) {
  const access = accessOf(head, caller, now);
  if (access.permission === Permission.UNSPECIFIED) return [];
  const message = messageTo(head, caller, now);
  const session = sessionView(head);
  const fields = accessFields(access, session);
  return [
    { session, ...fields, sharedAt: timestampFromDate(sharedAt), ...(message && { message }) },
  ];
}

function messageTo(head: Head, caller: Principal, now: Date): Share["message"] {
  const grant = grantOf(head, caller, now);
  return grant?.share?.message;
}
