import { and, asc, desc, eq, gt, gte, isNull, lt, or, type SQL, sql, sum } from "drizzle-orm";
import type { SessionStatus } from "../../../gen/parley/v1/session_pb.js";
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
function isOrAny(column: typeof sessions.status | typeof sessions.agentId, name: string, as: SQL) {
  const value = sql`${sql.placeholder(name)}::${as}`;
  return sql`(${value} IS NULL OR ${column} = ${value})`;
}

/** Living sessions of one owner that pass the filters. */
function matching(): SQL {
  const { tenantId, userId, status, agentId, title, createdAt, expiresAt, deletedAt } = sessions;
  const pattern = sql`${sql.placeholder("pattern")}::text`;
  return and(
    eq(tenantId, sql.placeholder("tenantId")),
    eq(userId, sql.placeholder("userId")),
    isNull(deletedAt),
    or(isNull(expiresAt), gt(expiresAt, sql`${sql.placeholder("now")}::timestamptz`)),
    isOrAny(status, "status", sql`smallint`),
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
  const { status, messageCount } = sessions;
  return db
    .select({ status, count: sql<string>`count(*)`, messages: sum(messageCount) })
    .from(sessions)
    .where(matching())
    .groupBy(status)
    .prepare("total_sessions");
}

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
      total: figures.reduce((total, row) => total + Number(row.count), 0),
      byStatus: new Map(figures.map((row) => [row.status as SessionStatus, Number(row.count)])),
      messageCount: figures.reduce((total, row) => total + Number(row.messages), 0),
    };
  };
}

function filterValues(query: SessionQuery): Record<string, unknown> {
  return {
    tenantId: query.tenantId,
    userId: query.userId,
    now: boundedTime(query.now),
    status: query.status ?? null,
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
