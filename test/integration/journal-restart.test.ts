import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ParleyError } from "../../src/domain/errors.ts";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal, Operation } from "../../src/journal/port.ts";
import {
  append,
  contents,
  newSession,
  numbers,
  operation,
  wholeLog,
} from "../contract/journal-writes.ts";
import { startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { describeWithServices } from "../support/services.ts";

describeWithServices("a journal whose Postgres fails", () => {
  let server: PostgresServer;
  let journal: Journal;
  beforeAll(async () => {
    server = await startPostgres();
    journal = await openPostgresJournal({ url: server.url(), connectMs: 1000, queryMs: 1500 });
  });
  afterAll(async () => {
    await journal.close();
    await server.stop();
  });

  /** Appends from eight callers, each retrying what was refused, while `fault` happens. */
  async function loadDuring(fault: () => Promise<void>): Promise<void> {
    const heads = await Promise.all(numbers(1, 4).map(() => newSession(journal)));
    const acknowledged: string[] = [];
    let running = true;
    const callers = numbers(0, 7).map(async (caller) => {
      const head = heads[caller % 4]!;
      for (let n = 1; running || n <= 5; n++) {
        const text = `${caller}:${n}`;
        await retried(operation(), (op) => journal.changeSession(append(head, text, op)));
        acknowledged.push(text);
      }
    });
    await pause(200);
    await fault();
    await pause(200);
    running = false;
    await Promise.all(callers);
    const logs = await Promise.all(heads.map(({ uid }) => wholeLog(journal, uid)));
    for (const log of logs) expect(log.map(({ seq }) => seq)).toEqual(numbers(1, log.length));
    expect(logs.flatMap(contents).sort()).toEqual(acknowledged.sort());
    for (const caller of numbers(0, 7)) {
      const own = contents(logs[caller % 4]!).filter((text) => text.startsWith(`${caller}:`));
      expect(own).toEqual(numbers(1, own.length).map((n) => `${caller}:${n}`));
    }
  }

  /** With one operation until it is answered: not done now, or not known to be. */
  async function retried(op: Operation, write: (op: Operation) => Promise<{ kind: string }>) {
    for (;;) {
      try {
        const { kind } = await write(op);
        expect(["committed", "repeated"]).toContain(kind);
        return;
      } catch (error) {
        expect(error).toBeInstanceOf(ParleyError);
        expect(["unavailable", "outcome_unknown"]).toContain((error as ParleyError).reason);
        await pause(20);
      }
    }
  }

  it("has every acknowledged append once after a crash in the middle of a load", async () => {
    await loadDuring(() => server.restart());
    await loadDuring(() => server.restart());
  });

  it("has every acknowledged append once after the server stood still", async () => {
    await loadDuring(async () => {
      server.pause();
      await pause(2500);
      server.resume();
    });
  });

  it("refuses in bounded time while the server stands still", async () => {
    const head = await newSession(journal);
    server.pause();
    const started = performance.now();
    const refused = await Promise.allSettled([
      journal.changeSession(append(head, "x")),
      journal.readVersions([head.uid]),
    ]);
    // The write was sent, and nobody can say what became of it.
    expect(refused).toMatchObject([
      { status: "rejected", reason: { reason: "outcome_unknown" } },
      { status: "rejected", reason: { reason: "unavailable" } },
    ]);
    expect(performance.now() - started).toBeLessThan(8000);
    server.resume();
    await expect.poll(() => journal.ping().then(() => "back", String)).toBe("back");
  });
});
