import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import {
  addressOf,
  append,
  committed,
  contents,
  creation,
  deleted,
  newHead,
  newSession,
  numbers,
  operation,
  restate,
  restated,
  wholeLog,
} from "../contract/journal-writes.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";

describeWithServices("two journals on one Postgres", () => {
  let database: TestDatabase;
  let journals: [Journal, Journal];
  beforeAll(async () => {
    database = await createDatabase();
    const { url } = database;
    // Both migrate the empty database at the same time.
    journals = await Promise.all([openPostgresJournal({ url }), openPostgresJournal({ url })]);
  });
  afterAll(async () => {
    await Promise.all(journals.map((journal) => journal.close()));
    await database.drop();
  });
  const turn = (n: number) => journals[n % 2]!;

  it("give one hot session gapless seqs, each journal's in the order of its calls", async () => {
    const head = await newSession(turn(0));
    const running = numbers(1, 8).map(async (writer) => {
      for (const n of numbers(1, 60)) {
        const journal = turn(writer);
        // Sometimes three at once, so that batches overlap in every way.
        const texts = n % 5 === 0 ? [`${writer}:${n}a`, `${writer}:${n}b`] : [`${writer}:${n}`];
        const outcomes = await Promise.all(
          texts.map((text) => journal.changeSession(append(head, text))),
        );
        for (const outcome of outcomes) committed(outcome);
      }
    });
    await Promise.all(running);
    const log = await wholeLog(turn(0), head.uid);
    expect(log.map(({ seq }) => seq)).toEqual(numbers(1, 8 * 72 + 1));
    for (const writer of numbers(1, 8)) {
      const own = contents(log).filter((text) => text.startsWith(`${writer}:`));
      const calls = numbers(1, 60).flatMap((n) =>
        n % 5 === 0 ? [`${writer}:${n}a`, `${writer}:${n}b`] : [`${writer}:${n}`],
      );
      expect(own).toEqual(calls);
    }
    const current = await turn(1).readHead(addressOf(head));
    expect(current?.session).toMatchObject({ version: 577, messageCount: 576, turnCount: 576 });
    expect(log.map((event) => event.turn)).toEqual(numbers(0, 576));
  });

  it("do an operation once that comes to both at the same time", async () => {
    const head = await newSession(turn(0));
    for (const n of numbers(1, 40)) {
      const op = operation();
      const outcomes = await Promise.all(
        numbers(1, 4).map((k) => turn(k).changeSession(append(head, `${n}`, op))),
      );
      const kinds = outcomes.map(({ kind }) => kind).sort();
      expect(kinds).toEqual(["committed", "repeated", "repeated", "repeated"]);
      const seqs = outcomes.map((outcome) => {
        if (outcome.kind === "committed") return outcome.events[0]!.seq;
        return outcome.kind === "repeated" && outcome.receipt.firstSeq;
      });
      expect(seqs).toEqual([n + 1, n + 1, n + 1, n + 1]);
    }
    expect(contents(await wholeLog(turn(0), head.uid))).toEqual(numbers(1, 40).map(String));
  });

  it("do an operation once that names another session on each", async () => {
    for (const _ of numbers(1, 30)) {
      const heads = await Promise.all([newSession(turn(0)), newSession(turn(1))]);
      const op = operation();
      const outcomes = await Promise.all(
        heads.map((head, k) => turn(k).changeSession(append(head, "once", op))),
      );
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["committed", "repeated"]);
      const logs = await Promise.all(heads.map(({ uid }) => wholeLog(turn(0), uid)));
      expect(logs.flatMap(contents)).toEqual(["once"]);
    }
  });

  it("create one session of an id and one per operation", async () => {
    for (const _ of numbers(1, 30)) {
      const { sessionId } = newHead().session!;
      const rivals = await Promise.all(
        numbers(1, 4).map((k) => turn(k).createSession(creation(newHead({ sessionId })))),
      );
      expect(rivals.map(({ kind }) => kind).sort()).toEqual([
        "committed",
        "taken",
        "taken",
        "taken",
      ]);
      const op = operation();
      const same = await Promise.all(
        numbers(1, 4).map((k) => turn(k).createSession(creation(newHead(), op))),
      );
      expect(same.map(({ kind }) => kind).sort()).toEqual([
        "committed",
        "repeated",
        "repeated",
        "repeated",
      ]);
    }
  });

  /** Twelve writes at once, on one head: three changes of its state, the others appends. */
  async function race(on: Head, round: number, movesGate: boolean) {
    const outcomes = await Promise.all(
      numbers(1, 12).map((n) => {
        if (n % 4 !== 0) return turn(n).changeSession(append(on, `${round}.${n}`));
        const change = restate(on, restated(on, { title: `${round}.${n}` }));
        return turn(n >> 2).changeSession({ ...change, movesGate });
      }),
    );
    const isChange = (_: unknown, index: number) => (index + 1) % 4 === 0;
    const won = outcomes.filter(isChange).filter(({ kind }) => kind === "committed");
    expect(won).toHaveLength(1);
    const appends = outcomes.filter((outcome, index) => !isChange(outcome, index));
    return { change: committed(won[0]!), appends };
  }

  it("let one change of the gate win, and take appends of the old gate before it only", async () => {
    const first = await newSession(turn(0));
    let current = first;
    for (const round of numbers(1, 20)) {
      const { change, appends } = await race(current, round, true);
      const { gateVersion } = change.head;
      for (const outcome of appends.filter(({ kind }) => kind === "committed").map(committed)) {
        expect(outcome.events[0]!.seq).toBeLessThan(gateVersion);
      }
      current = (await turn(round).readHead(addressOf(first)))!;
      expect(current).toEqual(change.head);
    }
    const log = await wholeLog(turn(0), first.uid);
    expect(log.map(({ seq }) => seq)).toEqual(numbers(1, current.session!.version));
  });

  it("let one change of a state win, and take every append on the same gate", async () => {
    const first = await newSession(turn(0));
    let current = first;
    for (const round of numbers(1, 20)) {
      const { change, appends } = await race(current, round, false);
      const heads = appends.map((outcome) => committed(outcome).head);
      const last = [change.head, ...heads].find(
        ({ session }) => session!.version === round * 10 + 1,
      );
      current = (await turn(round).readHead(addressOf(first)))!;
      expect(current).toEqual(last);
      expect(current.session!.title).toBe(change.head.session!.title);
    }
    const log = await wholeLog(turn(0), first.uid);
    expect(log.map(({ seq }) => seq)).toEqual(numbers(1, 201));
  });

  it("never give a session's id to somebody else while it is being deleted", async () => {
    for (const _ of numbers(1, 30)) {
      const head = await newSession(turn(0));
      const { sessionId } = head.session!;
      const thief = newHead({ sessionId, userId: "user-2" });
      const [outcome] = await Promise.all([
        turn(1).createSession(creation(thief)),
        deleted(turn(0), head),
      ]);
      expect(outcome.kind).toBe("taken");
    }
  });

  it("keep writing to other sessions while one is locked by somebody else", async () => {
    const [locked, free] = [await newSession(turn(0)), await newSession(turn(0))];
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM sessions WHERE uid = $1 FOR UPDATE", [locked.uid]);
    let settled = 0;
    const waiting = numbers(1, 10).map((n) =>
      turn(0)
        .changeSession(append(locked, `${n}`))
        .finally(() => settled++),
    );
    const started = performance.now();
    for (const n of numbers(1, 20)) {
      committed(await turn(0).changeSession(append(free, `${n}`)));
    }
    // Each would take up to the lock time-out of 1,000 ms if it waited as well.
    expect(performance.now() - started).toBeLessThan(900);
    const later = turn(0).changeSession(append(locked, "11"));
    expect(settled).toBe(0);
    await holder.query("COMMIT");
    await holder.end();
    for (const outcome of await Promise.all([...waiting, later])) committed(outcome);
    const log = await wholeLog(turn(0), locked.uid);
    expect(contents(log)).toEqual(numbers(1, 11).map(String));
  });

  it("keep a session's order when its lock is let go while others still wait", async () => {
    const [first, second] = [await newSession(turn(0)), await newSession(turn(0))];
    const holders = await Promise.all(
      [first, second].map(async ({ uid }) => {
        const holder = new Client({ connectionString: database.url });
        await holder.connect();
        await holder.query("BEGIN");
        await holder.query("SELECT FROM sessions WHERE uid = $1 FOR UPDATE", [uid]);
        return holder;
      }),
    );
    const writes = [turn(0).changeSession(append(first, "1"))];
    await turn(0).ping();
    for (const text of ["1", "2", "3"]) writes.push(turn(0).changeSession(append(second, text)));
    // A write elsewhere comes after the batch in which the three met the lock.
    committed(await turn(0).changeSession(append(await newSession(turn(0)), "x")));
    await holders[1]!.query("COMMIT");
    writes.push(turn(0).changeSession(append(second, "4")));
    committed(await turn(0).changeSession(append(await newSession(turn(0)), "x")));
    await holders[0]!.query("COMMIT");
    for (const outcome of await Promise.all(writes)) committed(outcome);
    expect(contents(await wholeLog(turn(0), second.uid))).toEqual(["1", "2", "3", "4"]);
    await Promise.all(holders.map((holder) => holder.end()));
  });

  it("give up a lock that is never let go, in bounded time", async () => {
    const [locked, free] = [await newSession(turn(0)), await newSession(turn(0))];
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM sessions WHERE uid = $1 FOR UPDATE", [locked.uid]);
    const stuck = turn(0).changeSession(append(locked, "stuck"));
    await expect(stuck).rejects.toMatchObject({ reason: "unavailable" });
    await holder.query("ROLLBACK");
    await holder.end();
    committed(await turn(0).changeSession(append(locked, "after")));
    committed(await turn(0).changeSession(append(free, "after")));
    expect(contents(await wholeLog(turn(0), locked.uid))).toEqual(["after"]);
  });
});
