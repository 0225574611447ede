import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import { type EventRecord, placeEvent } from "../../domain/event.ts";
import type { EventRange } from "../port.ts";
import { sessionEvents } from "../schema/index.ts";
import { boundedInteger } from "./bounds.ts";
import type { Builder } from "./builder.ts";

/** About how many bytes of events one answer holds, unless its reader says less. */
export const ANSWER_BYTES = 4 * 1024 * 1024;

/** An event as its row has it. */
export interface EventRow {
  readonly seq: number;
  readonly turn: number;
  readonly bytes: Uint8Array;
}

export function eventRecord(row: EventRow): EventRecord {
  return placeEvent(row.bytes, row.seq, row.turn);
}

/**
 * Bytes of the rows before this one, in the order of the page. Only lengths are
 * looked at, so what is cut off is never read.
 */
export function bytesBefore(order: ReturnType<typeof asc>) {
  const length = sql`octet_length(${sessionEvents.bytes})`;
  return sql<number>`sum(${length}) OVER (ORDER BY ${order}) - ${length}`.as("bytes_before");
}

export function prepareReadEvents(db: Builder) {
  const { session, seq, turn, bytes } = sessionEvents;
  const page = db
    .select({ seq, turn, bytes, before: bytesBefore(asc(seq)) })
    .from(sessionEvents)
    .where(
      and(
        eq(session, sql.placeholder("uid")),
        gt(seq, sql.placeholder("afterSeq")),
        lte(seq, sql.placeholder("upToSeq")),
      ),
    )
    .orderBy(asc(seq))
    .limit(sql.placeholder("limit"))
    .as("page");
  const query = db
    .select({ seq: page.seq, turn: page.turn, bytes: page.bytes })
    .from(page)
    .where(sql`${page.before} < ${sql.placeholder("maxBytes")}::bigint`)
    .orderBy(asc(page.seq))
    .prepare("read_events");
  return async (range: EventRange): Promise<EventRecord[]> => {
    const limit = boundedInteger(range.limit);
    if (limit === 0) return [];
    const rows = await query.execute({
      uid: range.uid,
      afterSeq: boundedInteger(range.afterSeq),
      upToSeq: boundedInteger(range.upToSeq),
      limit,
      maxBytes: Math.max(boundedInteger(range.maxBytes ?? ANSWER_BYTES), 1),
    });
    return rows.map(eventRecord);
  };
}
