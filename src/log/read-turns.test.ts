import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { type EventRecord, placeEvent } from "../domain/event.ts";
import type { Journal, TurnNameQuery, TurnQuery } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";
import { findTurn, readTurn, readTurns } from "./read-turns.ts";
import { event, said } from "./testing/sessions.ts";

/** Turn n is the events 2n and 2n + 1; the session was created at seq 1. */
const LOG: EventRecord[] = Array.from({ length: 21 }, (_, i) => {
  const seq = i + 1;
  const { bytes } = seq === 1 ? event({ case: "sessionCreated", value: {} }) : said(`m${seq}`);
  return placeEvent(bytes, seq, Math.floor(seq / 2));
});

function readingOf(events?: EventRecord[], clearedTurns = 0): Reading {
  const session = { version: 21, turnCount: 10 };
  const head = create(HeadSchema, { uid: "u", session, clearedTurns });
  return { head, session: head.session!, stale: false, events };
}

/** A journal that gives turns as it is asked, and remembers how. */
function journalOf() {
  const asked: TurnQuery[] = [];
  const named: TurnNameQuery[] = [];
  const answers: Partial<Journal> = {
    async readTurns(query) {
      asked.push(query);
      const count = query.toTurn - query.fromTurn + 1;
      const turns = Array.from({ length: count }, (_, i) => query.fromTurn + i).map((turn) => {
        const events = LOG.filter((one) => one.turn === turn);
        return { turn, events, eventCount: 2, lastSeq: 2 * turn + 1 };
      });
      return query.order === "asc" ? turns : turns.reverse();
    },
    async findTurn(query) {
      named.push(query);
      return query.turnId === "known" ? 7 : undefined;
    },
  };
  return { journal: answers as Journal, asked, named };
}

describe("a page of turns", () => {
  it.each([
    ["asc", 0, 0, [1, 2, 3]],
    ["asc", 8, 0, [9, 10]],
    ["desc", 0, 0, [10, 9, 8]],
    ["desc", 8, 0, [2, 1]],
    ["asc", 0, 6, [7, 8, 9]],
    ["desc", 2, 6, [8, 7]],
    ["asc", 10, 0, []],
    ["desc", 4, 6, []],
    ["asc", 0, 10, []],
  ] as const)(
    "%s from %i on, %i cleared, has the true numbers",
    async (order, offset, n, turns) => {
      const wish = { order, limit: 3, offset };
      for (const events of [undefined, LOG, LOG.slice(-5)]) {
        const excerpts = await readTurns(journalOf().journal, readingOf(events, n), wish);
        expect(excerpts.map(({ turn }) => turn)).toEqual(turns);
        expect(excerpts.map(({ events: [first] }) => first?.seq)).toEqual(turns.map((t) => 2 * t));
        expect(excerpts.map(({ eventCount }) => eventCount)).toEqual(turns.map(() => 2));
        expect(excerpts.map(({ isLast }) => isLast)).toEqual(turns.map((turn) => turn === 10));
      }
    },
  );

  it("is from the tail only where that has all of its first turn", async () => {
    const wish = { order: "desc", limit: 2, offset: 0 } as const;
    for (const [from, asks] of [
      [16, 0],
      [17, 0],
      [18, 1],
      [19, 1],
    ] as const) {
      const { journal, asked } = journalOf();
      const tail = readingOf(LOG.filter(({ seq }) => seq >= from));
      const turns = await readTurns(journal, tail, wish);
      expect(turns.map(({ turn, events }) => [turn, events.length])).toEqual([
        [10, 2],
        [9, 2],
      ]);
      expect([from, asked.length]).toEqual([from, asks]);
    }
  });
});

describe("a turn", () => {
  it("is read by its number, cleared or not, if there is one", async () => {
    const { journal } = journalOf();
    expect((await readTurn(journal, readingOf(undefined, 9), 3))?.turn).toBe(3);
    expect(await readTurn(journal, readingOf(), 0)).toBeUndefined();
    expect(await readTurn(journal, readingOf(), 11)).toBeUndefined();
  });

  it("is found by its number, and by its id among the last hundred", async () => {
    const { journal, named } = journalOf();
    const found = await findTurn(journal, readingOf(), "4");
    expect(found).toMatchObject({ uid: "u", turnNumber: 4, turnId: expect.any(String) });
    expect(named).toEqual([]);
    expect(await findTurn(journal, readingOf(), "known")).toMatchObject({ turnNumber: 7 });
    expect(await findTurn(journal, readingOf(), "unknown")).toBeUndefined();
    expect(named[0]).toEqual({ uid: "u", turnId: "known", fromTurn: -89, toTurn: 10 });
  });
});
