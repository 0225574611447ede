import type { HandlerContext } from "@connectrpc/connect";
import type { GetArchivedSessionRequest } from "../../../gen/parley/v1/archive_service_pb.js";
import type { Context } from "../../context.ts";
import { withPurgeTime } from "../../domain/retention.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";

export function getArchivedSession(context: Context) {
  return async ({ sessionId: id }: GetArchivedSessionRequest, call: HandlerContext) => {
    const { head } = await context.log.readArchived({ principal: callerOf(call), id });
    return { session: withPurgeTime(sessionView(head), context.retention) };
  };
}
