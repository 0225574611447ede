import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
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

  it("offer a task to one of many who look at once", async () => {
    for (const _ of numbers(1, 20)) {
      const tenantId = randomUUID();
      const heads = await Promise.all(
        numbers(1, 12).map(() => withTask(turn(0), { session: { tenantId } })),
      );
      const query = { tenantIds: [tenantId], types: [], agentIds: [], now: NOW, limit: 1 };
      const looks = await Promise.all(numbers(1, 24).map((n) => turn(n).offerTasks(query)));
      const found = looks.flat().map(({ uid }) => uid);
      expect(found.toSorted()).toEqual(heads.map(({ uid }) => uid).toSorted());
    }
  });

  it("renew leases while the same tasks are written to, with no wait in a circle", async () => {
    const leased = await Promise.all(
      numbers(1, 200).map(async () => {
        const lease = randomUUID();
        return { lease, head: await happened(turn(0), await withTask(turn(0)), claimed(lease)) };
      }),
    );
    const renewals = leased.map(({ head, lease }) => {
      const { taskId } = firstTask(head);
      return { taskId, leaseId: lease, now: NOW, until: later(60_000) };
    });
    let writing = true;
    const beat = async () => {
      while (writing) {
        const standings = await Promise.all(renewals.map((one) => turn(1).renewLease(one)));
        expect(standings.map((standing) => standing?.until !== undefined)).toEqual(
          renewals.map(() => true),
        );
      }
    };
    const write = async () => {
      let heads = leased.map(({ head }) => head);
      for (const n of numbers(1, 20)) {
        // Their order among each other is another one each time.
        const made = heads
          .toSorted(() => Math.random() - 0.5)
          .map((head) => change(head, progressed(n)));
        const outcomes = await Promise.all(made.map((one) => turn(0).changeSession(one)));
        heads = outcomes.map((outcome) => committed(outcome).head);
      }
      writing = false;
    };
    await Promise.all([beat(), write()]);
    const due = await turn(0).dueTasks(later(60_000), 1000);
    expect(due.map(({ leaseUntil }) => leaseUntil)).toEqual(renewals.map(({ until }) => until));
  });
});
