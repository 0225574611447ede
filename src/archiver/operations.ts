import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/port.ts";
import type { Chore } from "./sweeper.ts";

/** Operations forgotten by one statement, so that none holds its locks for long. */
const BATCH = 1000;

/** Forgets the operations of more than 24 hours ago. */
export function forgetOperations(journal: Journal, clock: Clock): Chore {
  return {
    name: "forget operations",
    everyMs: 60_000,
    async run() {
      const done = await journal.expireOperations(clock.now(), BATCH);
      return { done, more: done === BATCH };
    },
  };
}
