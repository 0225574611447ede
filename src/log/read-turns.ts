import { decodeEvent, type EventRecord } from "../domain/event.ts";
import type { TurnExcerpt } from "../domain/turn.ts";
import { type TurnIdentity, turnNumberIn } from "../domain/turn-mark.ts";
import type { Journal, TurnRecords } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** What is looked at of a longer turn: so many of its first events, and so many of its last. */
const EXCERPT = { first: 448, last: 64 };
/** Among how many of the last turns an id is looked for. */
const NAMED_TURNS = 100;

/** Which turns, of a session that was read. */
export interface TurnWish {
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
}

interface TurnRange {
  readonly fromTurn: number;
  readonly toTurn: number;
  readonly order: "asc" | "desc";
}

/**
 * Turns up to the version that was read, in the order wished for, without those
 * that were cleared; fewer than the limit where they are large, but at least one
 * of a page that has any.
 */
export async function readTurns(
  journal: Journal,
  reading: Reading,
  wish: TurnWish,
): Promise<TurnExcerpt[]> {
  const range = rangeOf(reading, wish);
  return range === undefined ? [] : readRange(journal, reading, range);
}

/** The turn of a number, cleared or not. */
export async function readTurn(
  journal: Journal,
  reading: Reading,
  turn: number,
): Promise<TurnExcerpt | undefined> {
  if (turn < 1 || turn > reading.session.turnCount) return undefined;
  const range = { fromTurn: turn, toTurn: turn, order: "asc" } as const;
  const [excerpt] = await readRange(journal, reading, range);
  return excerpt;
}

/** The turn that a number or an id names: an id among the last hundred. */
export async function findTurn(
  journal: Journal,
  reading: Reading,
  name: string,
): Promise<TurnIdentity | undefined> {
  const { uid } = reading.head;
  const turn = turnNumberIn(name);
  if (turn !== undefined) {
    const excerpt = await readTurn(journal, reading, turn);
    return excerpt && { uid, turnNumber: turn, turnId: excerpt.events[0]?.eventId ?? "" };
  }
  const { turnCount } = reading.session;
  const fromTurn = turnCount - NAMED_TURNS + 1;
  const turnNumber = await journal.findTurn({ uid, turnId: name, fromTurn, toTurn: turnCount });
  return turnNumber === undefined ? undefined : { uid, turnNumber, turnId: name };
}

/** Turns are numbered without gaps, so a page of them is arithmetic. */
function rangeOf({ head, session }: Reading, wish: TurnWish): TurnRange | undefined {
  const [first, last] = [head.clearedTurns + 1, session.turnCount];
  const { order, limit, offset } = wish;
  if (first + offset > last) return undefined;
  if (order === "asc") {
    const fromTurn = first + offset;
    return { order, fromTurn, toTurn: Math.min(last, fromTurn + limit - 1) };
  }
  const toTurn = last - offset;
  return { order, fromTurn: Math.max(first, toTurn - limit + 1), toTurn };
}

async function readRange(
  journal: Journal,
  reading: Reading,
  range: TurnRange,
): Promise<TurnExcerpt[]> {
  const { uid } = reading.head;
  const { version, turnCount } = reading.session;
  const turns = hasAll(reading.events, range)
    ? groupByTurn(reading.events, range)
    : await journal.readTurns({ uid, ...range, upToSeq: version, excerpt: EXCERPT });
  return turns.map(({ turn, events, eventCount, lastSeq }) => ({
    turn,
    events: events.map(decodeEvent),
    eventCount,
    lastSeq,
    isLast: turn === turnCount,
  }));
}

/** True if events that end where the session does begin before a range of turns does. */
function hasAll(
  events: readonly EventRecord[] | undefined,
  { fromTurn }: TurnRange,
): events is readonly EventRecord[] {
  const first = events?.[0];
  return first !== undefined && (first.seq === 1 || first.turn < fromTurn);
}

function groupByTurn(
  events: readonly EventRecord[],
  { fromTurn, toTurn, order }: TurnRange,
): TurnRecords[] {
  const groups = Map.groupBy(events, (event) => event.turn);
  const turns: TurnRecords[] = [];
  for (let turn = fromTurn; turn <= toTurn; turn++) {
    const all = groups.get(turn) ?? [];
    const lastSeq = all.at(-1)?.seq ?? 0;
    turns.push({ turn, events: all, eventCount: all.length, lastSeq });
  }
  return order === "asc" ? turns : turns.reverse();
}
