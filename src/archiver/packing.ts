import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/port.ts";
import type { Chore } from "./sweeper.ts";

/** Logs packed one after the other before it is asked again which are due. */
const BATCH = 10;

/** Packs the logs of sessions that were archived a day ago. */
export function packArchived(journal: Journal, clock: Clock): Chore {
  return {
    name: "pack archived logs",
    everyMs: 60_000,
    async run() {
      const due = await journal.packableSessions(clock.now(), BATCH);
      for (const uid of due) await journal.packLog(uid, clock.now());
      return { done: due.length, more: due.length === BATCH };
    },
  };
}
