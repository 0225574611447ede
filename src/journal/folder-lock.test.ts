import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderInUse, lockFolder } from "./folder-lock.ts";

describe("the lock of a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parley-lock-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const holder = () => JSON.parse(readFileSync(join(folder, "lock"), "utf8"));
  const leave = (fields: object) =>
    writeFileSync(join(folder, "lock"), JSON.stringify({ token: "old", ...fields }));
  /** A pid that no process has any more. */
  const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;

  it("is for one at a time, and says who has it", async () => {
    const lock = await lockFolder(folder);
    const error = await lockFolder(folder).catch((refused) => refused);
    expect(error).toBeInstanceOf(FolderInUse);
    expect(error.message).toBe(`${folder} is in use by process ${process.pid}`);
    await lock.release();
    await (await lockFolder(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("makes the folder", async () => {
    const lock = await lockFolder(join(folder, "a", "b"));
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["lock"]);
    await lock.release();
  });

  it("is taken over from a process that is dead", async () => {
    leave({ pid: deadPid(), startedAt: "then" });
    const lock = await lockFolder(folder);
    expect(holder().pid).toBe(process.pid);
    expect(readdirSync(folder)).toEqual(["lock"]);
    await lock.release();
  });

  it("is taken over from a process whose pid another one has now", async () => {
    leave({ pid: process.pid, startedAt: "long ago" });
    const lock = await lockFolder(folder);
    expect(holder().startedAt).not.toBe("long ago");
    await lock.release();
  });

  it("is taken over by one of many", async () => {
    for (let round = 0; round < 20; round++) {
      leave({ pid: deadPid(), startedAt: "then", token: `old-${round}` });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const won = tries.filter(({ status }) => status === "fulfilled");
      expect(won).toHaveLength(1);
      for (const { reason } of tries.filter((one) => one.status === "rejected")) {
        expect(reason).toBeInstanceOf(FolderInUse);
      }
      await (won[0] as PromiseFulfilledResult<{ release(): Promise<void> }>).value.release();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over although somebody died while taking it over", async () => {
    const dead = { pid: deadPid(), startedAt: "then" };
    leave(dead);
    writeFileSync(join(folder, "lock-after-old"), JSON.stringify({ ...dead, token: "second" }));
    const lock = await lockFolder(folder);
    expect(holder().pid).toBe(process.pid);
    expect(readdirSync(folder)).toEqual(["lock"]);
    await lock.release();
  });
});
