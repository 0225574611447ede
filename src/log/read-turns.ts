import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type EventRecord } from "../domain/event.ts";
import { messageOf } from "../domain/message.ts";
import type { TurnExcerpt } from "../domain/turn.ts";
import type { Journal, TurnRecords } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/**
 * About how large a page is. The journal ends its turns there, but knows nothing
 * of the last answers, which come on top where turns are too long to be read whole.
 */
const ANSWER_BYTES = 4 * 1024 * 1024;

/** Which turns, of a session that was read. */
export interface TurnWish {
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
  /** Most events of each turn. */
  readonly perTurn: number;
}

/**
 * Turns up to the version that was read, in the order wished for; fewer than the
 * limit where they are large, but at least one of a page that has any.
 */
export async function readTurns(
  journal: Journal,
  reading: Reading,
  wish: TurnWish,
): Promise<TurnExcerpt[]> {
  const range = rangeOf(reading.session.turnCount, wish);
  if (range === undefined) return [];
  const turns =
    reading.events === undefined
      ? await journal.readTurns({
          uid: reading.head.uid,
          ...range,
          order: wish.order,
          upToSeq: reading.session.version,
          perTurn: wish.perTurn,
        })
      : groupByTurn(reading.events, range, wish);
  const excerpts: TurnExcerpt[] = [];
  let bytes = 0;
  for (const records of turns) {
    const response = await lastAnswer(journal, reading, records);
    bytes += sizeOf(response === undefined ? records.events : [...records.events, response]);
    if (excerpts.length > 0 && bytes > ANSWER_BYTES) break;
    excerpts.push(excerptOf(records, response));
  }
  return excerpts;
}

/** Turns are numbered without gaps, so a page of them is arithmetic. */
function rangeOf(count: number, wish: TurnWish): { fromTurn: number; toTurn: number } | undefined {
  if (wish.offset >= count) return undefined;
  if (wish.order === "asc") {
    return { fromTurn: wish.offset + 1, toTurn: Math.min(count, wish.offset + wish.limit) };
  }
  const toTurn = count - wish.offset;
  return { fromTurn: Math.max(1, toTurn - wish.limit + 1), toTurn };
}

function groupByTurn(
  events: readonly EventRecord[],
  { fromTurn, toTurn }: { fromTurn: number; toTurn: number },
  { order, perTurn }: TurnWish,
): TurnRecords[] {
  const groups = Map.groupBy(events, (event) => event.turn);
  const turns: TurnRecords[] = [];
  for (let turn = fromTurn; turn <= toTurn; turn++) {
    const all = groups.get(turn) ?? [];
    const lastSeq = all.at(-1)?.seq ?? 0;
    turns.push({ turn, events: all.slice(0, perTurn), eventCount: all.length, lastSeq });
  }
  return order === "asc" ? turns : turns.reverse();
}

function excerptOf(records: TurnRecords, response: EventRecord | undefined): TurnExcerpt {
  const { turn, eventCount, lastSeq } = records;
  const excerpt = { turn, eventCount, lastSeq, events: records.events.map(decodeEvent) };
  const message = response && messageOf(decodeEvent(response));
  return message === undefined ? excerpt : { ...excerpt, response: message };
}

/** The last assistant message of a turn, if that lies beyond the events that were read. */
async function lastAnswer(
  journal: Journal,
  reading: Reading,
  { events, eventCount, lastSeq }: TurnRecords,
): Promise<EventRecord | undefined> {
  if (eventCount <= events.length) return undefined;
  const [record] = await journal.readMessages({
    uid: reading.head.uid,
    order: "desc",
    role: Role.ASSISTANT,
    afterSeq: events.at(-1)?.seq ?? 0,
    upToSeq: lastSeq,
    limit: 1,
    offset: 0,
  });
  return record;
}

function sizeOf(events: readonly EventRecord[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
