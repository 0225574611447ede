import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { SessionStatus, SessionType } from "../../../gen/parley/v1/session_pb.js";
import type { ListSessionsRequest } from "../../../gen/parley/v1/session_queries_pb.js";
import type { Context } from "../../context.ts";
import { dateBefore, dateFrom } from "../../domain/dates.ts";
import { toDollars } from "../../domain/money.ts";
import { decodePageToken, encodePageToken, timePlaceOf } from "../../domain/page-token.ts";
import { sessionView } from "../../domain/session-view.ts";
import type { SessionPage, SessionQuery } from "../../journal/port.ts";
import { callerOf } from "../caller.ts";
import { offsetOf, orderOf } from "../paging.ts";

const DEFAULT_LIMIT = 20;

export function listSessions(context: Context) {
  return async (request: ListSessionsRequest, call: HandlerContext) => {
    const { tenantId, userId } = callerOf(call);
    const limit = request.limit ?? DEFAULT_LIMIT;
    const offset = offsetOf(request, limit);
    const filter = filterOf(request);
    const after = request.pageToken === "" ? undefined : placeOf(request.pageToken, filter);
    const page = await context.log.list({
      ...filter,
      tenantId,
      userId,
      now: context.clock.now(),
      limit,
      offset,
      ...(after === undefined ? {} : { after }),
    });
    return {
      sessions: page.heads.map(sessionView),
      totalCount: page.total,
      count: page.heads.length,
      page: after === undefined ? Math.floor(offset / limit) + 1 : 0,
      nextPageToken: page.hasMore ? tokenAfter(page.heads.at(-1), filter) : "",
      summary: summaryOf(page),
    };
  };
}

type Filter = Pick<
  SessionQuery,
  "status" | "sessionType" | "agentId" | "titleContains" | "createdFrom" | "createdBefore" | "order"
>;

function filterOf(request: ListSessionsRequest): Filter {
  const { status, sessionType, agentId, q, dateFrom: from, dateTo: to } = request;
  return {
    order: orderOf(request, "desc"),
    ...(status === SessionStatus.UNSPECIFIED ? {} : { status }),
    ...(sessionType === SessionType.UNSPECIFIED ? {} : { sessionType }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(q === undefined ? {} : { titleContains: q }),
    ...(from === undefined ? {} : { createdFrom: dateFrom("date_from", from) }),
    ...(to === undefined ? {} : { createdBefore: dateBefore("date_to", to) }),
  };
}

function tokenAfter(last: Head | undefined, filter: Filter): string {
  const created = last?.session?.createdAt;
  if (last === undefined || created === undefined) return "";
  const ms = Number(created.seconds) * 1000 + Math.floor(created.nanos / 1e6);
  return encodePageToken([ms, last.uid], filter);
}

function placeOf(token: string, filter: Filter): { createdAt: Date; uid: string } {
  const { time, uid } = timePlaceOf(decodePageToken(token, filter));
  return { createdAt: time, uid };
}

function summaryOf(page: SessionPage) {
  const runs = [...page.byType].filter(([type]) => type !== SessionType.UNSPECIFIED);
  return {
    byStatus: named(page.byStatus, SessionStatus),
    byType: named(runs, SessionType),
    messageCount: BigInt(page.messageCount),
    tokensUsed: page.tokensUsed,
    cost: toDollars(page.costMicros),
  };
}

/** Counts by the short names that statuses and types have over REST. */
function named(
  counts: Iterable<readonly [value: number, count: number]>,
  names: Readonly<Record<number, string>>,
): Record<string, number> {
  return Object.fromEntries(
    Array.from(counts, ([value, count]) => [(names[value] ?? String(value)).toLowerCase(), count]),
  );
}
