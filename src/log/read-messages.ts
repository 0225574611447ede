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

/** Messages up to the version that was read, from the live tail where that has them all. */
export async function readMessages(
  journal: Journal,
  reading: Reading,
  wish: MessageWish,
): Promise<MessagePage> {
  if (reading.events !== undefined) return fromTail(reading, wish);
  const all: MessageQuery = {
    uid: reading.head.uid,
    order: wish.order,
    afterSeq: wish.afterSeq,
    upToSeq: upToSeq(reading, wish),
    ...(wish.role === undefined ? {} : { role: wish.role }),
    limit: wish.limit,
    offset: wish.offset,
  };
  const beyond = beyondPlace(all, wish);
  const [records, total, left] = await Promise.all([
    journal.readMessages(beyond),
    isWhole(wish) ? reading.session.messageCount : journal.countMessages(all),
    wish.place === undefined ? undefined : journal.countMessages(beyond),
  ]);
  const messages = records.map(decodeEvent).map(messageOf);
  return page(
    messages.filter((m) => m !== undefined),
    wish,
    { total, left: left ?? total },
  );
}

function fromTail(reading: Reading, wish: MessageWish): MessagePage {
  const most = upToSeq(reading, wish);
  const matching = (reading.events ?? [])
    .filter(({ seq }) => seq > wish.afterSeq && seq <= most)
    .map((record) => messageOf(decodeEvent(record)))
    .filter((m) => m !== undefined)
    .filter((m) => wish.role === undefined || m.role === wish.role);
  if (wish.order === "desc") matching.reverse();
  const beyond = matching.filter(({ seq }) => isBeyondPlace(seq, wish));
  const messages = beyond.slice(wish.offset, wish.offset + wish.limit);
  return page(messages, wish, { total: matching.length, left: beyond.length });
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
  { offset }: MessageWish,
  { total, left }: { total: number; left: number },
): MessagePage {
  return { messages, hasMore: offset + messages.length < left, total };
}

function upToSeq(reading: Reading, { beforeSeq = MAX_SEQ }: MessageWish): number {
  return Math.min(reading.session.version, Math.max(beforeSeq - 1, 0));
}

/** True if the wish names all messages of the session, so that the head knows their number. */
function isWhole(wish: MessageWish): boolean {
  return wish.afterSeq === 0 && wish.beforeSeq === undefined && wish.role === undefined;
}
