import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openPgliteJournal } from "../../src/journal/index.ts";
import { append, contents, newSession, numbers, wholeLog } from "../contract/journal-writes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const workers = vi.hoisted(() => [] as Worker[]);
vi.mock("node:worker_threads", async (original) => {
  const real = await original<typeof import("node:worker_threads")>();
  class RememberedWorker extends real.Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
    }
  }
  return { ...real, Worker: RememberedWorker };
});

const WRITER = fileURLToPath(new URL("journal-pglite-writer.ts", import.meta.url));

describe("PGlite in a folder", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function startWriter(folder: string, round: number) {
    const child = spawn(process.execPath, [WRITER, folder, String(round)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    return { child, lines };
  }

  it("has all that was acknowledged after kill -9, once and in order", async () => {
    const folder = temporaryFolder("pglite");
    const sessions = new Map<string, string[]>();
    for (const round of numbers(1, 3)) {
      const { child, lines } = startWriter(folder, round);
      await expect.poll(() => lines.length, { timeout: 50_000 }).toBeGreaterThan(100 * round);
      child.kill("SIGKILL");
      await once(child, "close");
      const uid = lines[0]!.replace("session ", "");
      sessions.set(
        uid,
        lines.slice(1).map((line) => line.replace("acknowledged ", "")),
      );
    }
    const journal = await openPgliteJournal({ dir: folder });
    for (const [uid, acknowledged] of sessions) {
      const log = await wholeLog(journal, uid);
      expect(log.map(({ seq }) => seq)).toEqual(numbers(1, log.length));
      const kept = contents(log);
      expect(new Set(kept).size).toBe(kept.length);
      expect(acknowledged.filter((text) => !kept.includes(text))).toEqual([]);
      // What was in flight when it was killed may be there as well: one per caller.
      expect(kept.length - acknowledged.length).toBeLessThanOrEqual(8);
    }
    await journal.close();
  }, 180_000);

  it("is refused to a second process, in one line that names the first", async () => {
    const folder = temporaryFolder("pglite");
    const journal = await openPgliteJournal({ dir: folder });
    const { child, lines } = startWriter(folder, 1);
    await once(child, "close");
    expect(lines).toEqual([`refused FolderInUse: ${folder} is in use by process ${process.pid}`]);
    await journal.close();
  }, 180_000);

  it("goes on after its thread has died", async () => {
    const journal = await openPgliteJournal({ dir: temporaryFolder("pglite") });
    const head = await newSession(journal);
    const before = numbers(1, 20).map((n) => `before ${n}`);
    const writes = before.map((text) => journal.changeSession(append(head, text)));
    await Promise.resolve();
    await workers.at(-1)!.terminate();
    const outcomes = await Promise.allSettled(writes);
    const kept = before.filter((_, index) => outcomes[index]!.status === "fulfilled");
    for (const outcome of outcomes.filter(({ status }) => status === "rejected")) {
      const { reason } = (outcome as PromiseRejectedResult).reason;
      expect(["unavailable", "outcome_unknown"]).toContain(reason);
    }
    await expect
      .poll(() => journal.ping().then(() => "back", String), { timeout: 15_000 })
      .toBe("back");
    await journal.changeSession(append(head, "after"));
    const log = contents(await wholeLog(journal, head.uid));
    expect(log.filter((text) => kept.includes(text))).toEqual(kept);
    expect(log.at(-1)).toBe("after");
    await journal.close();
  }, 60_000);

  it("stays away after its thread has died if it was in memory", async () => {
    const journal = await openPgliteJournal();
    await journal.ping();
    await workers.at(-1)!.terminate();
    await expect(journal.ping()).rejects.toMatchObject({ reason: "unavailable" });
    await expect(journal.ping()).rejects.toMatchObject({ reason: "unavailable" });
    await journal.close();
  }, 60_000);
});
