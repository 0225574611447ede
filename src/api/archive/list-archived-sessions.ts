import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { ListArchivedSessionsRequest } from "../../../gen/parley/v1/archive_service_pb.js";
import type { Context } from "../../context.ts";
import { decodePageToken, encodePageToken, timePlaceOf } from "../../domain/page-token.ts";
import { withPurgeTime } from "../../domain/retention.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";

const DEFAULT_LIMIT = 20;

export function listArchivedSessions(context: Context) {
  return async (request: ListArchivedSessionsRequest, call: HandlerContext) => {
    const { tenantId, userId } = callerOf(call);
    const { agentId, q, pageToken, limit = DEFAULT_LIMIT } = request;
    const filter = {
      ...(agentId === undefined ? {} : { agentId }),
      ...(q === undefined ? {} : { titleContains: q }),
    };
    const after = pageToken === "" ? undefined : placeOf(pageToken, filter);
    const page = await context.log.listArchived({
      ...filter,
      tenantId,
      userId,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    return {
      sessions: page.heads.map((head) => withPurgeTime(sessionView(head), context.retention)),
      nextPageToken: page.hasMore ? tokenAfter(page.heads.at(-1), filter) : "",
    };
  };
}

function tokenAfter(last: Head | undefined, filter: object): string {
  const at = last?.session?.archivedAt;
  return at === undefined ? "" : encodePageToken([timestampMs(at), last!.uid], filter);
}

function placeOf(token: string, filter: object): { archivedAt: Date; uid: string } {
  const { time, uid } = timePlaceOf(decodePageToken(token, filter));
  return { archivedAt: time, uid };
}
