import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/port.ts";
import type { Chore } from "./sweeper.ts";

/** Tickets forgotten by one statement, so that none holds its locks for long. */
const BATCH = 1000;

/** Forgets the tickets that open nothing any more. */
export function forgetTickets(journal: Journal, clock: Clock): Chore {
  return {
    name: "forget tickets",
    everyMs: 60_000,
    async run() {
      const done = await journal.expireTickets(clock.now(), BATCH);
      return { done, more: done === BATCH };
    },
  };
}
