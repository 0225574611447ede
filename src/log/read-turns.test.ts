import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { type EventRecord, newEvent, placeEvent } from "../domain/event.ts";
import type { Journal, MessageQuery, TurnQuery, TurnRecords } from "../journal/port.ts";
import { readTurns } from "./read-turns.ts";

function record(seq: number, turn: number, role: Role, content: string): EventRecord {
  const actor = create(ActorSchema);
  const payload = { case: "message", value: { role, content } } as const;
  const { bytes } = newEvent({ eventId: `e${seq}`, at: new Date(0), actor, payload });
  return placeEvent(bytes, seq, turn);
}

/** A journal of turns of ten events, of which it gives the first, and whose last is an answer. */
function journalWith(answer: string): Journal {
  const turnAt = (turn: number): TurnRecords => {
    const [first, lastSeq] = [turn * 10 - 9, turn * 10];
    const events = [record(first, turn, Role.USER, `question ${turn}`)];
    return { turn, events, eventCount: 10, lastSeq };
  };
  const journal: Partial<Journal> = {
    async readTurns({ fromTurn, toTurn, order }: TurnQuery) {
      const turns = Array.from({ length: toTurn - fromTurn + 1 }, (_, i) => turnAt(fromTurn + i));
      return order === "asc" ? turns : turns.reverse();
    },
    async readMessages({ upToSeq }: MessageQuery) {
      return [record(upToSeq, upToSeq / 10, Role.ASSISTANT, answer)];
    },
  };
  return journal as Journal;
}

const session = create(SessionSchema, { version: 100, turnCount: 10 });
const reading = { head: create(HeadSchema, { session }), session, stale: false, events: undefined };
const wish = { limit: 5, offset: 1, perTurn: 1 } as const;

it("gives turns in the order wished for, with the last answers of long ones", async () => {
  const journal = journalWith("answer");
  for (const [order, turns] of [
    ["asc", [2, 3, 4, 5, 6]],
    ["desc", [9, 8, 7, 6, 5]],
  ] as const) {
    const excerpts = await readTurns(journal, reading, { ...wish, order });
    expect(excerpts.map(({ turn }) => turn)).toEqual(turns);
    expect(excerpts.map(({ response }) => response?.content)).toEqual(turns.map(() => "answer"));
  }
});

it("ends a page where the last answers reach 4 MiB, after at least one turn", async () => {
  const megabyte = "x".repeat(1024 * 1024);
  const some = await readTurns(journalWith(megabyte), reading, { ...wish, order: "desc" });
  expect(some.map(({ turn }) => turn)).toEqual([9, 8, 7]);
  const one = await readTurns(journalWith(megabyte.repeat(5)), reading, { ...wish, order: "asc" });
  expect(one.map(({ turn }) => turn)).toEqual([2]);
});

it("gives turns of the live tail in the order wished for", async () => {
  const events = [1, 2, 3].map((n) => record(n, n, Role.USER, `question ${n}`));
  const tail = { ...reading, session: create(SessionSchema, { turnCount: 3, version: 3 }), events };
  for (const [order, turns] of [
    ["asc", [2, 3]],
    ["desc", [2, 1]],
  ] as const) {
    const excerpts = await readTurns(journalWith(""), tail, { ...wish, order });
    expect(excerpts.map(({ turn }) => turn)).toEqual(turns);
  }
});
