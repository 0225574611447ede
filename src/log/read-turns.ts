import { type Message, Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type EventRecord } from "../domain/event.ts";
import { messageOf } from "../domain/message.ts";
import type { TurnExcerpt } from "../domain/turn.ts";
import type { Journal, TurnRecords } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** Which turns, of a session that was read. */
export interface TurnWish {
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
  /** Most events of each turn. */
  readonly perTurn: number;
}

/** Turns up to the version that was read, in the order wished for. */
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
          upToSeq: reading.session.version,
          perTurn: wish.perTurn,
        })
      : groupByTurn(reading.events, range, wish.perTurn);
  const excerpts = await Promise.all(turns.map((turn) => excerptOf(journal, reading, turn)));
  return wish.order === "desc" ? excerpts.reverse() : excerpts;
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
  perTurn: number,
): TurnRecords[] {
  const groups = Map.groupBy(events, (event) => event.turn);
  const turns: TurnRecords[] = [];
  for (let turn = fromTurn; turn <= toTurn; turn++) {
    const all = groups.get(turn) ?? [];
    const lastSeq = all.at(-1)?.seq ?? 0;
    turns.push({ turn, events: all.slice(0, perTurn), eventCount: all.length, lastSeq });
  }
  return turns;
}

async function excerptOf(
  journal: Journal,
  reading: Reading,
  records: TurnRecords,
): Promise<TurnExcerpt> {
  const { turn, eventCount, lastSeq } = records;
  const excerpt = { turn, eventCount, lastSeq, events: records.events.map(decodeEvent) };
  if (eventCount <= records.events.length) return excerpt;
  const response = await lastAnswer(journal, reading, records);
  return response === undefined ? excerpt : { ...excerpt, response };
}

/** The last assistant message of a turn that is too long to be read whole. */
async function lastAnswer(
  journal: Journal,
  reading: Reading,
  { events, lastSeq }: TurnRecords,
): Promise<Message | undefined> {
  const [record] = await journal.readMessages({
    uid: reading.head.uid,
    order: "desc",
    role: Role.ASSISTANT,
    afterSeq: events.at(-1)?.seq ?? 0,
    upToSeq: lastSeq,
    limit: 1,
    offset: 0,
  });
  return record === undefined ? undefined : messageOf(decodeEvent(record));
}
