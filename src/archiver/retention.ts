import type { Clock } from "../clock.ts";
import { keptMs, limitsArchives, type Retention } from "../domain/retention.ts";
import type { ArchivePlace, Journal } from "../journal/port.ts";
import type { Chore } from "./sweeper.ts";

/** Sessions that one statement takes away. */
const BATCH = 200;
/** Tenants and types looked at before it is asked for more. */
const PLACES = 500;

interface Parts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly retention: Retention;
}

/** Purges deleted sessions that can no longer be restored. */
export function purgeForgotten({ journal, clock, retention }: Parts): Chore {
  return {
    name: "purge deleted sessions",
    everyMs: 30_000,
    async run() {
      const now = clock.now();
      const until = new Date(now.getTime() - retention.restoreWindowMs);
      const done = await journal.erasing.purgeForgotten(until, now, BATCH);
      return { done, more: done === BATCH };
    },
  };
}

/**
 * Purges archived sessions that were kept long enough. When that is follows from the rules as they
 * are now and not from what they were when a session was archived, so that new rules hold for all.
 */
export function purgeArchived({ journal, clock, retention }: Parts): Chore {
  async function purge(place: ArchivePlace): Promise<number> {
    const kept = keptMs(retention, place.tenantId, place.sessionType);
    if (!Number.isFinite(kept)) return 0;
    const now = clock.now();
    const until = new Date(now.getTime() - kept);
    return journal.erasing.purgeArchived({ ...place, until }, now, BATCH);
  }

  async function run(): Promise<{ done: number; more: boolean }> {
    let [done, more] = [0, false];
    for (let after: ArchivePlace | undefined, left = true; left; ) {
      const places = await journal.erasing.archivePlaces(after, PLACES);
      for (const place of places) {
        const purged = await purge(place);
        done += purged;
        more ||= purged === BATCH;
      }
      after = places.at(-1);
      left = places.length === PLACES;
    }
    return { done, more };
  }

  const nothing = async () => ({ done: 0, more: false });
  return {
    name: "purge archived sessions",
    everyMs: 60_000,
    run: limitsArchives(retention) ? run : nothing,
  };
}
