import type { Clock } from "../clock.ts";
import type { Journal, Purge } from "../journal/port.ts";
import type { Log } from "../log/log.ts";
import type { Chore } from "./sweeper.ts";

/** Purges taken up one after the other before it is asked again which are due. */
const BATCH = 20;

/**
 * How long after a purge began it is swept a second time, in milliseconds: as long as a statement
 * may take, so that what was on its way when it began has come.
 */
const SECOND_SWEEP_MS = 5000;
/** Between two tries while the live view is away. */
const RETRY_MS = 5000;

export interface PurgingParts {
  readonly journal: Journal;
  readonly log: Log;
  readonly clock: Clock;
  readonly stalenessMs: number;
}

/**
 * Removes what hangs on sessions that are being purged, at once and once more a while later: then
 * the live view forgets them too. Not earlier, since until the staleness bound has passed a copy
 * that was asked for before could take the place of the deleted head and count as fresh.
 */
export function finishPurges({ journal, log, clock, stalenessMs }: PurgingParts): Chore {
  const { erasing } = journal;
  const settleMs = Math.max(SECOND_SWEEP_MS, Number.isFinite(stalenessMs) ? stalenessMs : 0);
  const later = (ms: number) => new Date(clock.now().getTime() + ms);

  async function sweep(purge: Purge): Promise<void> {
    const { uid, swept } = purge;
    await erasing.removePurged(uid);
    if (!swept) return erasing.sweepAgain(uid, later(settleMs));
    if (await log.forgetPurged(purge)) return erasing.endPurge(uid);
    return erasing.sweepAgain(uid, later(RETRY_MS));
  }

  return {
    name: "finish purges",
    everyMs: 500,
    async run() {
      const due = await erasing.takePurges(clock.now(), BATCH);
      for (const purge of due) await sweep(purge);
      return { done: due.length, more: due.length === BATCH };
    },
  };
}
