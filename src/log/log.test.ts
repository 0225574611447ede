import { describe, expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { placeEvent } from "../domain/event.ts";
import type { MessageQuery, TurnQuery } from "../journal/port.ts";
import { reading, scriptedLog } from "./testing/scripted-log.ts";
import { eventAt, headAt, said } from "./testing/sessions.ts";

const ALL = { afterSeq: 0, beforeSeq: undefined, role: undefined, limit: 100, offset: 0 } as const;

/** A session that was read at version 5, and has grown to 8 since. */
async function setUp() {
  const scripted = scriptedLog(5);
  scripted.view.held = { head: headAt(5), fresh: true };
  const read = await scripted.log.read(reading({ want: { eventsAfter: 0 } }));
  expect(read.events).toBeUndefined();
  scripted.grow(8);
  return { ...scripted, read };
}

describe("what is read of a session stays within the version that was read", () => {
  it("its events", async () => {
    const { log, read } = await setUp();
    const events = await log.events(read, { afterSeq: 2, limit: 100 });
    expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  it("its messages, in both orders, and their number", async () => {
    const { log, read } = await setUp();
    const asc = await log.messages(read, { ...ALL, order: "asc" });
    expect(asc.messages.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    expect([asc.total, asc.hasMore]).toEqual([4, false]);
    const desc = await log.messages(read, { ...ALL, order: "desc", role: Role.USER, limit: 2 });
    expect(desc.messages.map(({ seq }) => seq)).toEqual([5, 4]);
    expect([desc.total, desc.hasMore]).toEqual([4, true]);
  });

  it("its messages before a place that is beyond it", async () => {
    const { log, read } = await setUp();
    const page = await log.messages(read, { ...ALL, order: "asc", beforeSeq: 7 });
    expect(page.messages.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    expect(page.total).toBe(4);
  });

  it("its turns", async () => {
    const { log, read, calls, journal } = await setUp();
    journal.readTurns = async () => [];
    await log.turns(read, { order: "desc", limit: 10, offset: 0, perTurn: 5 });
    const query = calls.given<TurnQuery>("journal.readTurns");
    expect(query).toMatchObject({ fromTurn: 1, toTurn: 4, upToSeq: 5, perTurn: 5 });
  });
});

describe("the last answer of a turn that is too long to be read whole", () => {
  it("is looked up behind its first events, up to its last one", async () => {
    const { log, read, calls, journal } = await setUp();
    const answer = placeEvent(said("the answer", Role.ASSISTANT).bytes, 5, 1);
    journal.readTurns = async () => [
      { turn: 1, events: [eventAt(2)], eventCount: 4, lastSeq: 5 },
      { turn: 2, events: [eventAt(6)], eventCount: 1, lastSeq: 6 },
    ];
    journal.readMessages = async () => [answer];
    const turns = await log.turns(read, { order: "asc", limit: 10, offset: 0, perTurn: 1 });
    expect(turns.map(({ response }) => response?.content)).toEqual(["the answer", undefined]);
    expect(calls.named("journal.readMessages")).toHaveLength(1);
    const query = calls.given<MessageQuery>("journal.readMessages");
    const wanted = { role: Role.ASSISTANT, order: "desc", limit: 1, offset: 0 };
    expect(query).toMatchObject({ ...wanted, afterSeq: 2, upToSeq: 5 });
  });
});
