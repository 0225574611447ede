import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { NewEvent } from "../../src/domain/event.ts";
import type { Journal, TurnQuery, TurnRecords } from "../../src/journal/port.ts";
import {
  append,
  committed,
  draftedEvent,
  event,
  message,
  newSession,
  numbers,
} from "./journal-writes.ts";

const MEGABYTE = "x".repeat(1024 * 1024);
const WHOLE = { first: 99, last: 99 };

function answer(text = "answer"): NewEvent {
  return message(text, Role.ASSISTANT);
}

function note(): NewEvent {
  return event("sessionUpdated");
}

function begin(): NewEvent {
  return { ...draftedEvent({ case: "turnStarted", value: {} }), startsTurn: true };
}

function end(): NewEvent {
  return draftedEvent({ case: "turnEnded", value: {} });
}

/** A user message that begins no turn. */
function within(text: string): NewEvent {
  return { ...message(text), startsTurn: false };
}

/** How the journal groups the events of a log by turn. */
export function turnContract(journal: () => Journal): void {
  async function sessionOf(...writes: NewEvent[][]): Promise<Head> {
    const head = await newSession(journal());
    for (const events of writes) {
      committed(await journal().changeSession({ ...append(head, ""), events }));
    }
    return head;
  }

  async function read({ uid }: Head, query: Partial<TurnQuery>) {
    const all = { fromTurn: 1, toTurn: 99, order: "asc", upToSeq: 9999, excerpt: WHOLE } as const;
    const turns = await journal().readTurns({ uid, ...all, ...query });
    return turns.map(seqsOf);
  }

  it("are told by their events, in order, with how many there are", async () => {
    const head = await sessionOf([
      note(),
      ...[message("q1"), answer(), answer(), note()],
      message("q2"),
      ...[message("q3"), answer()],
    ]);
    expect(await read(head, { fromTurn: 0, toTurn: 9 })).toEqual([
      [0, 2, 2, [1, 2]],
      [1, 4, 6, [3, 4, 5, 6]],
      [2, 1, 7, [7]],
      [3, 2, 9, [8, 9]],
    ]);
    expect(await read(head, { toTurn: 3, upToSeq: 4 })).toEqual([[1, 2, 4, [3, 4]]]);
    expect(await read(head, { fromTurn: 4, toTurn: 9 })).toEqual([]);
    expect(await read(head, { fromTurn: 2, toTurn: 3, order: "desc" })).toEqual([
      [3, 2, 9, [8, 9]],
      [2, 1, 7, [7]],
    ]);
    const far = 2 ** 40;
    expect(await read(head, { fromTurn: 2 ** 31, toTurn: far })).toEqual([]);
    const excerpt = { first: far, last: far };
    expect(await read(head, { fromTurn: 3, toTurn: far, upToSeq: far, excerpt })).toEqual([
      [3, 2, 9, [8, 9]],
    ]);
  });

  it("are told by their ends where they are long, with question, answer and end", async () => {
    const notes = (count: number) => numbers(1, count).map(note);
    const head = await sessionOf([
      // Turn 1: begins at 2; 2 events, the question at 4, 6 others, the answer at 11, 5, its end at 17.
      ...[begin(), note(), within("q"), ...notes(6), answer(), ...notes(5), end()],
      // What came after its end: 18 and 19.
      ...notes(2),
      // Turn 2, which is short.
      ...[message("q"), answer()],
      // Turn 3, without question, answer and end: from 22 to 33.
      ...[begin(), ...notes(11)],
    ]);
    const excerpt = { first: 1, last: 2 };
    expect(await read(head, { excerpt })).toEqual([
      [1, 18, 19, [2, 4, 11, 16, 17]],
      [2, 2, 21, [20, 21]],
      [3, 12, 33, [22, 32, 33]],
    ]);
    expect(await read(head, { toTurn: 1, excerpt: { first: 3, last: 0 } })).toEqual([
      [1, 18, 19, [2, 3, 4, 11]],
    ]);
    // Before its end was written.
    expect(await read(head, { toTurn: 1, upToSeq: 14, excerpt })).toEqual([
      [1, 13, 14, [2, 4, 11, 13, 14]],
    ]);
    // As long as the excerpt, and one event longer.
    expect(await read(head, { fromTurn: 3, excerpt: { first: 6, last: 6 } })).toEqual([
      [3, 12, 33, numbers(22, 33)],
    ]);
    expect(await read(head, { fromTurn: 3, excerpt: { first: 5, last: 6 } })).toEqual([
      [3, 12, 33, [...numbers(22, 26), ...numbers(28, 33)]],
    ]);
  });

  it("find a question and an answer among a thousand messages from either end", async () => {
    const tools = (count: number) => numbers(1, count).map(() => message("", Role.TOOL));
    const near = [begin(), ...tools(999), within("q"), answer(), ...tools(999)];
    const beyond = [begin(), ...tools(1000), within("q"), answer(), ...tools(1000)];
    const head = await sessionOf(near, beyond);
    const excerpt = { first: 1, last: 1 };
    expect(await read(head, { excerpt })).toEqual([
      [1, 2001, 2002, [2, 1002, 1003, 2002]],
      [2, 2003, 4005, [2003, 4005]],
    ]);
  });

  it("come in as many as fit into 4 MiB, from either end", async () => {
    // Of 1, 2, 1, 6, 2 and 1 MiB; the first event of each is small.
    const turns = [1, 2, 1, 6, 2, 1].map((size) => [
      message("q"),
      ...numbers(1, size).map(() => answer(MEGABYTE)),
    ]);
    const head = await sessionOf(...turns);
    const counts = async (fromTurn: number, toTurn: number, order: "asc" | "desc") =>
      (await read(head, { fromTurn, toTurn, order })).map(([turn, , , seqs]) => [
        turn,
        seqs.length,
      ]);
    expect(await counts(1, 6, "asc")).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(await counts(1, 6, "desc")).toEqual([
      [6, 2],
      [5, 3],
    ]);
    // More than the budget by itself: its ends, what fits of the others, and no other turn.
    expect(await counts(4, 6, "asc")).toEqual([[4, 4]]);
    expect(await counts(3, 4, "desc")).toEqual([[4, 4]]);
    expect((await read(head, { fromTurn: 4, toTurn: 4 }))[0]?.[3]).toEqual([9, 10, 11, 15]);
  });

  it("tell most of themselves, however large that is", async () => {
    const large = MEGABYTE.repeat(2);
    const head = await sessionOf([
      begin(),
      within(large),
      ...[answer(MEGABYTE), answer(large), answer("x")],
      ...[answer(large), note(), end()],
    ]);
    expect(await read(head, {})).toEqual([[1, 8, 9, [2, 3, 7, 9]]]);
  });

  it("are found by the id of the event that began them", async () => {
    const [one, other, last] = [message("q"), begin(), message("q")];
    const { uid } = await sessionOf([note(), one], [answer(), other], [end(), last]);
    const find = (turnId: string, fromTurn = -50, toTurn = 50) =>
      journal().findTurn({ uid, turnId, fromTurn, toTurn });
    expect(await Promise.all([one, other, last].map(({ eventId }) => find(eventId)))).toEqual([
      1, 2, 3,
    ]);
    expect(await find(other.eventId, 2, 2)).toBe(2);
    for (const elsewhere of [
      find(other.eventId, 3),
      find(other.eventId, 1, 1),
      find(one.eventId.slice(0, -1)),
      find(""),
      find("\0"),
      find(randomUUID()),
      journal().findTurn({ uid: randomUUID(), turnId: one.eventId, fromTurn: 1, toTurn: 9 }),
    ]) {
      expect(await elsewhere).toBeUndefined();
    }
  });
}

function seqsOf({ turn, eventCount, lastSeq, events }: TurnRecords) {
  return [turn, eventCount, lastSeq, events.map(({ seq }) => seq)] as const;
}
