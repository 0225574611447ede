import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { placeEvent } from "../domain/event.ts";
import type { EventRange } from "../journal/port.ts";
import { scriptedLog } from "./testing/scripted-log.ts";
import { headAt, ID, OWNER, said, UID } from "./testing/sessions.ts";
import type { Update } from "./watch-update.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes that are in use: on the heap, and beside it in buffers. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it("watchers that stand still keep little in memory, and lose nothing", async () => {
  const { log, kept, journal, view, pass } = scriptedLog(3);
  const content = "x".repeat(16 * 1024);
  const { bytes } = said(content);
  // A log that is made up as it is read, as long as somebody says.
  let end = 3;
  journal.readEvents = async ({ afterSeq, upToSeq, limit }: EventRange) => {
    const length = Math.max(0, Math.min(upToSeq, end, afterSeq + limit) - afterSeq);
    return Array.from({ length }, (_, i) => placeEvent(bytes, afterSeq + 1 + i, 1));
  };
  const { signal } = new AbortController();
  const wishes = { afterSeq: 3, kinds: [], partials: false, untilTerminal: false };
  const watch = () =>
    log
      .watch({ principal: OWNER, id: ID, ...wishes, signal, shutdown: signal })
      [Symbol.asyncIterator]();

  const still = Array.from({ length: 50 }, watch);
  for (const stream of still) await stream.next();
  let eager = 3;
  const follow = async () => {
    for await (const { seq } of { [Symbol.asyncIterator]: watch }) eager = seq;
  };
  void follow();
  await pass(0);
  const asked = still.map((stream) => stream.next());

  const before = inUse();
  for (let round = 0; round < 100; round++) {
    end += 100;
    kept[0] = { head: headAt(end), events: [] };
    view.wake(UID, end);
    await pass(0);
  }
  expect(eager).toBe(end);
  // 160 MB went by each. A hub keeps 1 MiB at hand, and each watcher what it took last: 64 KiB.
  expect(inUse() - before).toBeLessThan(16 * 1024 * 1024);

  const stream = still[0]!;
  let seq = (await asked[0])?.value.seq ?? 0;
  expect(seq).toBe(4);
  while (seq < 600) {
    const next: Promise<IteratorResult<Update>> = stream.next();
    await pass(0);
    const { value } = await next;
    expect(value.seq).toBe(seq + 1);
    seq = value.seq;
  }
  for (const each of still) await each.return?.();
});
