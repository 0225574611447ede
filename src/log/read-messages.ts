import type { Message, Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, MAX_SEQ } from "../domain/event.ts";
import { messageOf } from "../domain/message.ts";
import type { Journal, MessageQuery } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** Which messages, of a session that was read. */
export interface MessageWish {
  readonly order: "asc" | "desc";
  readonly afterSeq: number;
  readonly beforeSeq: number | undefined;
  readonly role: Role | undefined;
  /** True if only the session's last `max_history` of them count; `total` counts them all. */
  readonly withinHistory: boolean;
  /** Where the page before ended: only messages beyond this seq, in the order wished for. */
  readonly place?: number;
  readonly limit: number;
  readonly offset: number;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  /** How many match, whatever the page. */
  readonly total: number;
}

/**
 * Messages up to the version that was read, without those that were cleared; from
 * the live tail where that has all that are asked for.
 */
export async function readMessages(
  journal: Journal,
  reading: Reading,
  wish: MessageWish,
): Promise<MessagePage> {
  return fromTail(reading, wish) ?? fromJournal(journal, reading, wish);
}

async function fromJournal(
  journal: Journal,
  reading: Reading,
  wish: MessageWish,
): Promise<MessagePage> {
  const all: MessageQuery = {
    uid: reading.head.uid,
    order: wish.order,
    ...boundsOf(reading, wish),
    ...(wish.role === undefined ? {} : { role: wish.role }),
    limit: wish.limit,
    offset: wish.offset,
  };
  const counted = isWhole(wish) ? wholeCount(reading) : journal.countMessages(all);
  // Where a history begins is known once its messages are counted.
  const { limit, offset } = windowOf(reading, wish, isBounded(reading, wish) ? await counted : 0);
  const beyond = beyondPlace({ ...all, limit, offset }, wish);
  const [records, total, left] = await Promise.all([
    journal.readMessages(beyond),
    counted,
    wish.place === undefined ? counted : journal.countMessages(beyond),
  ]);
  const messages = records.map(decodeEvent).map(messageOf);
  return page(
    messages.filter((m) => m !== undefined),
    offset,
    { total, left },
  );
}

/**
 * From the events that came along with the head. They end where the session does:
 * if they do not begin before what is asked for, their messages are still the
 * last ones of all.
 */
function fromTail(reading: Reading, wish: MessageWish): MessagePage | undefined {
  const { events } = reading;
  if (events === undefined) return undefined;
  const { afterSeq, upToSeq } = boundsOf(reading, wish);
  const begins = events[0]?.seq ?? reading.session.version + 1;
  const isAll = begins <= afterSeq + 1;
  if (!isAll && (!isWhole(wish) || wish.place !== undefined)) return undefined;
  const matching = events
    .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
    .map((record) => messageOf(decodeEvent(record)))
    .filter((m) => m !== undefined)
    .filter((m) => wish.role === undefined || m.role === wish.role);
  const total = isAll ? matching.length : wholeCount(reading);
  const missing = total - matching.length;
  const { limit, offset } = windowOf(reading, wish, total);
  if (wish.order === "desc") matching.reverse();
  const beyond = matching.filter(({ seq }) => isBeyondPlace(seq, wish));
  const start = wish.order === "asc" ? offset - missing : offset;
  const end = start + limit;
  if (start < 0 || (missing > 0 && wish.order === "desc" && end > matching.length)) {
    return undefined;
  }
  return page(beyond.slice(start, end), offset, { total, left: beyond.length + missing });
}

/** True if the session's own bound applies. */
function isBounded({ session }: Reading, wish: MessageWish): boolean {
  return wish.withinHistory && session.maxHistory !== undefined;
}

/** The limit and the offset within all that match, so that only the last `max_history` count. */
function windowOf(
  reading: Reading,
  wish: MessageWish,
  total: number,
): { limit: number; offset: number } {
  const { limit, offset, order } = wish;
  if (!isBounded(reading, wish)) return { limit, offset };
  const most = reading.session.maxHistory!;
  if (order === "desc") return { limit: Math.min(limit, most), offset };
  return { limit, offset: offset + Math.max(total - most, 0) };
}

function isBeyondPlace(seq: number, { place, order }: MessageWish): boolean {
  if (place === undefined) return true;
  return order === "asc" ? seq > place : seq < place;
}

function beyondPlace(query: MessageQuery, { place }: MessageWish): MessageQuery {
  if (place === undefined) return query;
  return query.order === "asc"
    ? { ...query, afterSeq: Math.max(query.afterSeq, place) }
    : { ...query, upToSeq: Math.min(query.upToSeq, place - 1) };
}

/**
 * Whether there are more is counted, not seen by reading one more: large
 * messages end a page before its limit does.
 */
function page(
  messages: readonly Message[],
  offset: number,
  { total, left }: { total: number; left: number },
): MessagePage {
  return { messages, hasMore: offset + messages.length < left, total };
}

/** Between which seqs, the first excluded, what is wished for lies. */
function boundsOf({ session }: Reading, { afterSeq, beforeSeq = MAX_SEQ }: MessageWish) {
  return {
    afterSeq: Math.max(afterSeq, session.clearedSeq),
    upToSeq: Math.min(session.version, Math.max(beforeSeq - 1, 0)),
  };
}

/** True if the wish names all messages of the session, so that the head knows their number. */
function isWhole(wish: MessageWish): boolean {
  return wish.afterSeq === 0 && wish.beforeSeq === undefined && wish.role === undefined;
}

function wholeCount({ head, session }: Reading): number {
  return session.messageCount - head.clearedMessages;
}
