import { and, asc, desc, eq, gt, gte, isNull, lt, or, type SQL, sql, sum } from "drizzle-orm";
import type { SessionStatus, SessionType } from "../../../gen/parley/v1/session_pb.js";
import { containing, derivedText } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { SessionPage, SessionQuery } from "../port.ts";
import { sessions } from "../schema/index.ts";
import { boundedInteger, boundedTime } from "./bounds.ts";
import type { Builder } from "./builder.ts";
import { headColumns } from "./head-columns.ts";

const LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const FIRST_UUID = "00000000-0000-0000-0000-000000000000";

/** True for rows whose column is the parameter, or for all if that is null. */
function isOrAny(
  column: typeof sessions.status | typeof sessions.sessionType | typeof sessions.agentId,
  name: string,
  as: SQL,
) {
  const value = sql`${sql.placeholder(name)}::${as}`;
  return sql`(${value} IS NULL OR ${column} = ${value})`;
}

/** Living sessions of one owner that pass the filters. */
function matching(): SQL {
  const { tenantId, userId, status, sessionType, agentId, title } = sessions;
  const { createdAt, expiresAt, deletedAt } = sessions;
  const pattern = sql`${sql.placeholder("pattern")}::text`;
  return and(
    eq(tenantId, sql.placeholder("tenantId")),
    eq(userId, sql.placeholder("userId")),
    isNull(deletedAt),
    or(isNull(expiresAt), gt(expiresAt, sql`${sql.placeholder("now")}::timestamptz`)),
    isOrAny(status, "status", sql`smallint`),
    isOrAny(sessionType, "sessionType", sql`smallint`),
    isOrAny(agentId, "agentId", sql`text`),
    sql`(${pattern} IS NULL OR ${title} ILIKE ${pattern})`,
    gte(createdAt, sql`${sql.placeholder("createdFrom")}::timestamptz`),
    lt(createdAt, sql`${sql.placeholder("createdBefore")}::timestamptz`),
  )!;
}

function preparePage(db: Builder, order: "asc" | "desc") {
  const { createdAt, uid } = sessions;
  const [by, side] = order === "asc" ? [asc, sql`>`] : [desc, sql`<`];
  const after = sql`(${sql.placeholder("afterTime")}::timestamptz, ${sql.placeholder("afterUid")}::uuid)`;
  return db
    .select(headColumns)
    .from(sessions)
    .where(and(matching(), sql`(${createdAt}, ${uid}) ${side} ${after}`))
    .orderBy(by(createdAt), by(uid))
    .limit(sql.placeholder("limit"))
    .offset(sql.placeholder("offset"))
    .prepare(`list_sessions_${order}`);
}

function prepareTotals(db: Builder) {
  const { status, sessionType, messageCount, tokensUsed, costMicros } = sessions;
  return db
    .select({
      status,
      sessionType,
      count: sql<string>`count(*)`,
      messages: sum(messageCount),
      tokens: sum(tokensUsed),
      micros: sum(costMicros),
    })
    .from(sessions)
    .where(matching())
    .groupBy(status, sessionType)
    .prepare("total_sessions");
}

type Figures = Awaited<ReturnType<ReturnType<typeof prepareTotals>["execute"]>>;

export function prepareListSessions(db: Builder) {
  const pages = { asc: preparePage(db, "asc"), desc: preparePage(db, "desc") };
  const totals = prepareTotals(db);
  return async (query: SessionQuery): Promise<SessionPage> => {
    const filters = filterValues(query);
    const limit = boundedInteger(query.limit);
    const [rows, figures] = await Promise.all([
      pages[query.order].execute({ ...filters, ...placeValues(query) }),
      totals.execute(filters),
    ]);
    return {
      heads: rows.slice(0, limit).map(headOf),
      hasMore: rows.length > limit,
      ...totalsOf(figures),
    };
  };
}

function totalsOf(figures: Figures): Omit<SessionPage, "heads" | "hasMore"> {
  const byStatus = new Map<SessionStatus, number>();
  const byType = new Map<SessionType, number>();
  const totals = { total: 0, messageCount: 0, tokensUsed: 0n, costMicros: 0n };
  for (const row of figures) {
    const [status, type, count]: [SessionStatus, SessionType, number] = [
      row.status,
      row.sessionType,
      Number(row.count),
    ];
    byStatus.set(status, (byStatus.get(status) ?? 0) + count);
    byType.set(type, (byType.get(type) ?? 0) + count);
    totals.total += count;
    totals.messageCount += Number(row.messages);
    totals.tokensUsed += BigInt(row.tokens ?? 0);
    totals.costMicros += BigInt(row.micros ?? 0);
  }
  return { ...totals, byStatus, byType };
}

function filterValues(query: SessionQuery): Record<string, unknown> {
  return {
    tenantId: query.tenantId,
    userId: query.userId,
    now: boundedTime(query.now),
    status: query.status ?? null,
    sessionType: query.sessionType ?? null,
    agentId: query.agentId === undefined ? null : derivedText(query.agentId),
    pattern: query.titleContains === undefined ? null : containing(query.titleContains),
    createdFrom: query.createdFrom ? boundedTime(query.createdFrom) : "-infinity",
    createdBefore: query.createdBefore ? boundedTime(query.createdBefore) : "infinity",
  };
}

function placeValues(query: SessionQuery): Record<string, unknown> {
  const start =
    query.order === "asc"
      ? { time: "-infinity", uid: FIRST_UUID }
      : { time: "infinity", uid: LAST_UUID };
  return {
    afterTime: query.after ? boundedTime(query.after.createdAt) : start.time,
    afterUid: query.after?.uid ?? start.uid,
    limit: boundedInteger(query.limit) + 1,
    offset: boundedInteger(query.offset),
  };
}
