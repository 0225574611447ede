import { expect, it } from "vitest";
import type { Purge } from "../journal/port.ts";
import type { Log } from "../log/log.ts";
import { scriptedErasing } from "../log/testing/scripted-erasing.ts";
import { scriptedJournal } from "../log/testing/scripted-journal.ts";
import { finishPurges } from "./purging.ts";

const NOW = Date.parse("2030-01-01T00:00:00.000Z");
const PURGE = { uid: "u", tenantId: "t", userId: "ann", sessionId: "s", begunAt: new Date(NOW) };

/** What a sweep does with a purge, while the live view is there or not. */
async function swept(swept: boolean, atHand = true, stalenessMs = 2000): Promise<string[]> {
  const told: string[] = [];
  const due: Purge[] = [{ ...PURGE, swept }];
  const erasing = scriptedErasing({
    takePurges: async () => due.splice(0),
    removePurged: async (uid) => void told.push(`remove ${uid}`),
    sweepAgain: async (uid, at) => void told.push(`again ${uid} in ${at.getTime() - NOW}`),
    endPurge: async (uid) => void told.push(`end ${uid}`),
  });
  const log = {
    forgetPurged: async ({ uid }: Purge) => {
      told.push(`forget ${uid}`);
      return atHand;
    },
  } as unknown as Log;
  const clock = { now: () => new Date(NOW), monotonic: () => 0 };
  const journal = { ...scriptedJournal([]), erasing };
  const chore = finishPurges({ journal, log, clock, stalenessMs });
  expect(await chore.run()).toEqual({ done: 1, more: false });
  return told;
}

it("removes at once, and looks again when what was on its way has come", async () => {
  expect(await swept(false)).toEqual(["remove u", "again u in 5000"]);
  expect(await swept(false, true, 60_000)).toEqual(["remove u", "again u in 60000"]);
  expect(await swept(false, true, Number.POSITIVE_INFINITY)).toEqual([
    "remove u",
    "again u in 5000",
  ]);
});

it("ends once it has removed again and the live view has forgotten", async () => {
  expect(await swept(true)).toEqual(["remove u", "forget u", "end u"]);
});

it("does not end while the live view is away", async () => {
  expect(await swept(true, false)).toEqual(["remove u", "forget u", "again u in 5000"]);
});
