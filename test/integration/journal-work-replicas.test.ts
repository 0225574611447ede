import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { checkedAccount, depositOf, newOwner, tallied } from "../contract/journal-accounts.ts";
import {
  change,
  claimed,
  completed,
  firstTask,
  happened,
  later,
  NOW,
  progressed,
  run,
  used,
  withTask,
} from "../contract/journal-work.ts";
import { committed, numbers, operation } from "../contract/journal-writes.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";

describeWithServices("two journals on one Postgres: work and money", () => {
  let database: TestDatabase;
  let journals: [Journal, Journal];
  beforeAll(async () => {
    database = await createDatabase();
    const { url } = database;
    journals = await Promise.all([openPostgresJournal({ url }), openPostgresJournal({ url })]);
  });
  afterAll(async () => {
    await Promise.all(journals.map((journal) => journal.close()));
    await database.drop();
  });
  const turn = (n: number) => journals[n % 2]!;

  it("carry seven of twenty claims that come to both at once, round after round", async () => {
    for (const _ of numbers(1, 20)) {
      const owner = newOwner();
      await turn(0).deposit(depositOf(owner, 7));
      const outcomes = await Promise.all(
        numbers(1, 20).map((n) => turn(n).createSession(run(owner, { held: 1 }))),
      );
      expect(tallied(outcomes)).toEqual({ committed: 7, "no balance": 13 });
      const account = { available: 0, held: 7, spent: 0, runs: 7 };
      expect(await checkedAccount(turn(1), owner)).toEqual(account);
    }
  });

  it("open no more runs than an owner may have", async () => {
    for (const _ of numbers(1, 20)) {
      const owner = newOwner();
      const outcomes = await Promise.all(
        numbers(1, 12).map((n) => turn(n).createSession(run(owner, { maxOpenRuns: 5 }))),
      );
      expect(tallied(outcomes)).toEqual({ committed: 5, "no quota": 7 });
      expect(await checkedAccount(turn(0), owner)).toMatchObject({ runs: 5 });
    }
  });

  it("charge a creation once that comes to both at the same time", async () => {
    for (const _ of numbers(1, 20)) {
      const owner = newOwner();
      await turn(0).deposit(depositOf(owner, 9));
      const op = operation(randomUUID(), owner);
      const outcomes = await Promise.all(
        numbers(1, 4).map((n) => turn(n).createSession(run(owner, { held: 2 }, op))),
      );
      expect(tallied(outcomes)).toEqual({ committed: 1, repeated: 3 });
      expect(await checkedAccount(turn(1), owner)).toMatchObject({ available: 7, runs: 1 });
    }
  });

  it("deposit once what comes to both at the same time", async () => {
    for (const _ of numbers(1, 30)) {
      const owner = newOwner();
      const key = randomUUID();
      const outcomes = await Promise.all(
        numbers(1, 4).map((n) => turn(n).deposit(depositOf(owner, 5, key))),
      );
      expect(outcomes.filter(({ first }) => first)).toHaveLength(1);
      expect(await checkedAccount(turn(0), owner)).toMatchObject({ available: 5 });
    }
  });

  it("lose no money while runs of a few owners begin and end on both, and money comes in", async () => {
    const owners = numbers(1, 3).map(newOwner);
    for (const owner of owners) await turn(0).deposit(depositOf(owner, 20));
    const working = numbers(1, 8).map(async (worker) => {
      for (const n of numbers(1, 10)) {
        const owner = owners[(worker + n) % owners.length]!;
        await turn(n).deposit(depositOf(owner, 1));
        const outcome = await turn(worker).createSession(run(owner, { held: 2 }));
        if (outcome.kind === "refused") continue;
        const { head } = committed(outcome);
        await happened(turn(worker + n), head, claimed(randomUUID()), used(n % 4), completed());
      }
    });
    await Promise.all(working);
    for (const owner of owners) {
      expect(await checkedAccount(turn(0), owner)).toMatchObject({ held: 0, runs: 0 });
    }
  });

  it("renew leases while the same tasks are written to, with no wait in a circle", async () => {
    const leases = new Map<Head, string>();
    for (const _ of numbers(1, 12)) {
      const lease = randomUUID();
      leases.set(await happened(turn(0), await withTask(turn(0)), claimed(lease)), lease);
    }
    const heads = [...leases.keys()];
    const beat = async (order: readonly Head[], n: number) => {
      const standings = await Promise.all(
        order.map((head) => {
          const taskId = firstTask(head).taskId;
          const renewal = { taskId, leaseId: leases.get(head)!, now: NOW, until: later(n) };
          return turn(1).renewLease(renewal);
        }),
      );
      expect(standings.map((standing) => standing?.until !== undefined)).toEqual(
        order.map(() => true),
      );
    };
    const current = [...heads];
    const write = async (n: number) => {
      const made = current.map((head) => change(head, progressed(n)));
      const outcomes = await Promise.all(made.map((one) => turn(0).changeSession(one)));
      for (const [i, outcome] of outcomes.entries()) current[i] = committed(outcome).head;
    };
    for (const n of numbers(1, 60)) {
      const order = n % 2 === 0 ? heads : heads.toReversed();
      await Promise.all([beat(order, 60_000 + n), write(n)]);
    }
    const due = await turn(0).dueTasks(later(60_060), 100);
    expect(due.map(({ leaseUntil }) => leaseUntil)).toEqual(heads.map(() => later(60_060)));
  });
});
