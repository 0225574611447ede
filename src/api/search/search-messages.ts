import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import {
  type SearchHit,
  SearchHitSchema,
  type SearchMessagesRequest,
} from "../../../gen/parley/v1/search_service_pb.js";
import type { Context } from "../../context.ts";
import { isOver } from "../../domain/access.ts";
import { dateBefore, dateFrom } from "../../domain/dates.ts";
import { messageOf } from "../../domain/message.ts";
import { decodePageToken, encodePageToken, timePlaceOf } from "../../domain/page-token.ts";
import { excerptsOf, soughtWords } from "../../domain/search-text.ts";
import type { SearchPlace } from "../../journal/port.ts";
import type { Found } from "../../log/search.ts";
import { callerOf } from "../caller.ts";

const DEFAULT_LIMIT = 20;

export function searchMessages(context: Context) {
  return async (request: SearchMessagesRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const { pageToken, sessionId, limit = DEFAULT_LIMIT } = request;
    const filter = filterOf(request);
    const after = pageToken === "" ? undefined : placeOf(pageToken, { ...filter, sessionId });
    const page = await context.log.search({
      ...filter,
      principal,
      sessionId,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    const sought = soughtWords(request.q);
    const now = context.clock.now();
    return {
      hits: page.found.map((found) => hitOf(found, sought, now)).filter((hit) => hit !== undefined),
      nextPageToken: page.next === undefined ? "" : tokenAfter(page.next, { ...filter, sessionId }),
    };
  };
}

function filterOf(request: SearchMessagesRequest) {
  const { q, agentId, role, dateFrom: from, dateTo: to, includeArchived } = request;
  return {
    text: q,
    includeArchived,
    ...(agentId === undefined ? {} : { agentId }),
    ...(role === Role.UNSPECIFIED ? {} : { role }),
    ...(from === undefined ? {} : { writtenFrom: dateFrom("date_from", from) }),
    ...(to === undefined ? {} : { writtenBefore: dateBefore("date_to", to) }),
  };
}

/** Undefined for a message whose content was taken away since it was indexed. */
function hitOf(found: Found, sought: ReadonlySet<string>, now: Date): SearchHit | undefined {
  const { session, writtenAt, event } = found;
  const message = event && messageOf(event);
  const text = event === undefined ? session.title : message?.content;
  if (text === undefined || text === "") return undefined;
  return create(SearchHitSchema, {
    sessionId: session.sessionId,
    title: session.title,
    messageId: message?.messageId ?? "",
    seq: message?.seq ?? 0,
    role: message?.role ?? Role.UNSPECIFIED,
    timestamp: timestampFromDate(writtenAt),
    highlights: excerptsOf(text, sought).map(({ text: excerpt, matches }) => ({
      text: excerpt,
      matches: [...matches],
    })),
    archived: isOver(session, now),
  });
}

function tokenAfter({ writtenAt, uid, seq }: SearchPlace, filter: object): string {
  return encodePageToken([writtenAt.getTime(), uid, seq], filter);
}

function placeOf(token: string, filter: object): SearchPlace {
  const place = decodePageToken(token, filter);
  const { time, uid } = timePlaceOf(place);
  const seq = place[2];
  return { writtenAt: time, uid, seq: typeof seq === "number" ? seq : 0 };
}
