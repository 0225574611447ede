import { and, asc, count, desc, eq, gt, isNotNull, lte, type SQL, sql } from "drizzle-orm";
import type { EventRecord } from "../../domain/event.ts";
import type { MessageQuery } from "../port.ts";
import { sessionEvents } from "../schema/index.ts";
import { boundedInteger } from "./bounds.ts";
import type { Builder } from "./builder.ts";
import { ANSWER_BYTES, bytesBefore, eventRecord } from "./events.ts";

/**
 * How many messages the log holds up to a seq. Since seqs have no gaps, the
 * last event up to there says so: one probe of the primary key.
 */
function messagesUpTo(seq: SQL): SQL<number> {
  return sql<number>`coalesce((
    SELECT e.message_no FROM session_events e
    WHERE e.session = ${sql.placeholder("uid")} AND e.seq <= ${seq}
    ORDER BY e.seq DESC LIMIT 1), 0)`;
}

const FIRST = messagesUpTo(sql`${sql.placeholder("afterSeq")}::int`);
const LAST = messagesUpTo(sql`${sql.placeholder("upToSeq")}::int`);

/** A page of all messages is a range of message numbers, however far its offset. */
function pageOfAll(order: "asc" | "desc"): SQL {
  const { messageNo } = sessionEvents;
  // As a bigint, so that the sum with any offset has room.
  const offset = sql`${sql.placeholder("offset")}::bigint`;
  return order === "asc"
    ? and(gt(messageNo, sql`${FIRST} + ${offset}`), lte(messageNo, LAST))!
    : and(gt(messageNo, FIRST), lte(messageNo, sql`${LAST} - ${offset}`))!;
}

function prepareAll(db: Builder, order: "asc" | "desc") {
  const { session, seq, turn, bytes, role, messageNo } = sessionEvents;
  const by = order === "asc" ? asc(messageNo) : desc(messageNo);
  const page = db
    .select({ seq, turn, bytes, messageNo, before: bytesBefore(by) })
    .from(sessionEvents)
    .where(and(eq(session, sql.placeholder("uid")), isNotNull(role), pageOfAll(order)))
    .orderBy(by)
    .limit(sql.placeholder("limit"))
    .as("page");
  return db
    .select({ seq: page.seq, turn: page.turn, bytes: page.bytes })
    .from(page)
    .where(sql`${page.before} < ${ANSWER_BYTES}`)
    .orderBy(order === "asc" ? asc(page.messageNo) : desc(page.messageNo))
    .prepare(`read_messages_${order}`);
}

function ofRole() {
  const { session, seq, role } = sessionEvents;
  return and(
    eq(session, sql.placeholder("uid")),
    isNotNull(role),
    eq(role, sql.placeholder("role")),
    gt(seq, sql.placeholder("afterSeq")),
    lte(seq, sql.placeholder("upToSeq")),
  );
}

function prepareOfRole(db: Builder, order: "asc" | "desc") {
  const { seq, turn, bytes } = sessionEvents;
  const by = order === "asc" ? asc(seq) : desc(seq);
  const page = db
    .select({ seq, turn, bytes, before: bytesBefore(by) })
    .from(sessionEvents)
    .where(ofRole())
    .orderBy(by)
    .limit(sql.placeholder("limit"))
    .offset(sql.placeholder("offset"))
    .as("page");
  return db
    .select({ seq: page.seq, turn: page.turn, bytes: page.bytes })
    .from(page)
    .where(sql`${page.before} < ${ANSWER_BYTES}`)
    .orderBy(order === "asc" ? asc(page.seq) : desc(page.seq))
    .prepare(`read_messages_of_role_${order}`);
}

export function prepareReadMessages(db: Builder) {
  const all = { asc: prepareAll(db, "asc"), desc: prepareAll(db, "desc") };
  const role = { asc: prepareOfRole(db, "asc"), desc: prepareOfRole(db, "desc") };
  return async (query: MessageQuery): Promise<EventRecord[]> => {
    const bounded = boundedQuery(query);
    if (bounded.limit === 0) return [];
    const prepared = query.role === undefined ? all : role;
    return (await prepared[query.order].execute({ ...bounded })).map(eventRecord);
  };
}

function boundedQuery(query: MessageQuery): MessageQuery {
  return {
    ...query,
    afterSeq: boundedInteger(query.afterSeq),
    upToSeq: boundedInteger(query.upToSeq),
    limit: boundedInteger(query.limit),
    offset: boundedInteger(query.offset),
  };
}

export function prepareCountMessages(db: Builder) {
  const all = db
    .select({ count: sql<number>`greatest(${LAST} - ${FIRST}, 0)` })
    .from(sql`(SELECT 1) AS one`)
    .prepare("count_messages");
  const role = db
    .select({ count: count() })
    .from(sessionEvents)
    .where(ofRole())
    .prepare("count_messages_of_role");
  return async (query: MessageQuery): Promise<number> => {
    const rows = await (query.role === undefined ? all : role).execute({ ...boundedQuery(query) });
    return Number(rows[0]?.count ?? 0);
  };
}
