import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { forkOf } from "../contract/journal-forks.ts";
import {
  addressOf,
  append,
  committed,
  creation,
  message,
  newHead,
  newSession,
  numbers,
  operation,
  wholeLog,
} from "../contract/journal-writes.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";

const EVENTS = 20_000;

describeWithServices("forks in Postgres", () => {
  let database: TestDatabase;
  let [one, two]: Journal[] = [];
  let source: Head;
  beforeAll(async () => {
    database = await createDatabase();
    [one, two] = await Promise.all([1, 2].map(() => openPostgresJournal({ url: database.url })));
    const head = await newSession(one!);
    const writes = numbers(1, EVENTS / 100).map(async (n) => {
      const events = numbers(1, 100).map((i) => message(`${n} ${i} ${"x".repeat(200)}`));
      return one!.changeSession({ ...append(head, ""), operation: operation(), events });
    });
    source = committed((await Promise.all(writes)).at(-1)!).head;
  });
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await database.drop();
  });

  it("let others write and read while one is made", async () => {
    const other = await newSession(one!);
    const fork = await forkOf(one!, source, EVENTS);
    let done = false;
    const forking = one!.forkSession(fork).finally(() => {
      done = true;
    });
    let [written, read] = [0, 0];
    while (!done) {
      await one!.changeSession(append(other, "meanwhile"));
      if (!done) written++;
      await one!.readHead(addressOf(other));
      if (!done) read++;
    }
    expect((await forking).kind).toBe("committed");
    expect(written).toBeGreaterThan(5);
    expect(read).toBeGreaterThan(5);
  });

  it("lose an id to whoever takes it while they copy, and leave nothing behind", async () => {
    const sessionId = randomUUID();
    const fork = await forkOf(one!, source, EVENTS, { sessionId });
    const forking = one!.forkSession(fork);
    const created = await two!.createSession(creation(newHead({ sessionId })));
    expect(created.kind).toBe("committed");
    expect(await forking).toMatchObject({ kind: "taken", by: "session_id" });
    expect(await wholeLog(one!, fork.head.uid)).toEqual([]);
    expect(await one!.findReceipt(fork.operation)).toBeUndefined();
  });

  it("are one where two replicas are asked for the same", async () => {
    const op = operation();
    const forks = await Promise.all([one!, two!].map((j) => forkOf(j, source, 5000, {}, op)));
    const outcomes = await Promise.all([one!.forkSession(forks[0]!), two!.forkSession(forks[1]!)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["committed", "repeated"]);
    const logs = await Promise.all(forks.map(({ head }) => wholeLog(one!, head.uid)));
    expect(logs.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, 5001]);
  });

  describe("while others wait", () => {
    it("are refused when a hundred wait already", async () => {
      const forks = await Promise.all(numbers(1, 110).map(() => forkOf(two!, source, 1)));
      const outcomes = await Promise.allSettled(forks.map((fork) => two!.forkSession(fork)));
      const refused = outcomes.filter(({ status }) => status === "rejected");
      expect(refused.length).toBeGreaterThan(5);
      for (const outcome of refused) {
        expect((outcome as PromiseRejectedResult).reason).toMatchObject({ reason: "unavailable" });
      }
    });
  });
});
