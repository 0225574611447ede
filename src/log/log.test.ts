import { describe, expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { TurnQuery } from "../journal/port.ts";
import { reading, scriptedLog } from "./testing/scripted-log.ts";
import { headAt } from "./testing/sessions.ts";

const ALL = {
  afterSeq: 0,
  beforeSeq: undefined,
  role: undefined,
  withinHistory: true,
  limit: 100,
  offset: 0,
} as const;

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
    const seqs = async (upToSeq?: number) => {
      const wish = { afterSeq: 2, limit: 100, ...(upToSeq && { upToSeq }) };
      return (await log.events(read, wish)).map(({ seq }) => seq);
    };
    expect(await seqs()).toEqual([3, 4, 5]);
    expect(await seqs(7)).toEqual([3, 4, 5]);
    expect(await seqs(4)).toEqual([3, 4]);
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
    await log.turns(read, { order: "desc", limit: 10, offset: 0 });
    const query = calls.given<TurnQuery>("journal.readTurns");
    expect(query).toMatchObject({ fromTurn: 1, toTurn: 4, upToSeq: 5 });
  });
});
