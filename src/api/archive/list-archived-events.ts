import type { HandlerContext } from "@connectrpc/connect";
import type { ListArchivedEventsRequest } from "../../../gen/parley/v1/archive_service_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent } from "../../domain/event.ts";
import { callerOf } from "../caller.ts";

const DEFAULT_LIMIT = 100;

export function listArchivedEvents(context: Context) {
  return async (request: ListArchivedEventsRequest, call: HandlerContext) => {
    const { sessionId: id, afterSeq, limit = DEFAULT_LIMIT } = request;
    const archived = await context.log.readArchived({ principal: callerOf(call), id });
    const records = await context.log.archivedEvents(archived, afterSeq, limit);
    const { sessionId, version } = archived.session;
    const last = records.at(-1)?.seq ?? afterSeq;
    return { sessionId, events: records.map(decodeEvent), hasMore: last < version };
  };
}
