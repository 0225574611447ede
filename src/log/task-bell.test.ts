import { describe, expect, it } from "vitest";
import type { TaskRecord } from "../domain/task-record.ts";
import { TaskBell } from "./task-bell.ts";

const ready = { readyAt: new Date() } as TaskRecord;
const waiting = { readyAt: undefined } as TaskRecord;
const never = new AbortController().signal;

/** How many of so many who wait were woken. */
async function woken(bell: TaskBell, waiters: number, ring: () => void): Promise<number> {
  let count = 0;
  const stop = new AbortController();
  const waits = Array.from({ length: waiters }, () =>
    bell.wait(60_000, stop.signal).then(() => {
      if (!stop.signal.aborted) count++;
    }),
  );
  ring();
  await new Promise(setImmediate);
  stop.abort();
  await Promise.all(waits);
  return count;
}

describe("the bell", () => {
  it("wakes a few for each task that is ready, and nobody for others", async () => {
    const bell = new TaskBell();
    expect(await woken(bell, 10, () => bell.ring([ready]))).toBe(4);
    expect(await woken(bell, 10, () => bell.ring([ready, waiting, ready]))).toBe(8);
    expect(await woken(bell, 3, () => bell.ring([ready]))).toBe(3);
    expect(await woken(bell, 3, () => bell.ring([waiting]))).toBe(0);
    expect(await woken(bell, 3, () => bell.ring())).toBe(0);
  });

  it("lets go when the time is over, and at once for who has left", async () => {
    const bell = new TaskBell();
    await bell.wait(1, never);
    await bell.wait(60_000, AbortSignal.abort());
    const leaving = new AbortController();
    const wait = bell.wait(60_000, leaving.signal);
    leaving.abort();
    await wait;
    bell.ring([ready]);
  });
});
