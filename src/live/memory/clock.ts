import type { Moment } from "../port.ts";

/** What a memory view counts freshness on. */
export interface ViewClock {
  now(): Moment;
  /** Now, for something that happens to the view: what is asked for later has a later moment. */
  mark(): Moment;
}

/** Milliseconds of a clock that never goes back, for views with a bound in ms. */
export function steadyClock(milliseconds: () => number = () => performance.now()): ViewClock {
  const now = () => milliseconds() as Moment;
  return { now, mark: now };
}

/**
 * Counts what happens to the view. Where every write passes through the view
 * before it is acknowledged, time proves nothing; only what happened between a
 * question and its answer counts.
 */
export function countingClock(): ViewClock {
  let count = 1;
  return { now: () => count as Moment, mark: () => count++ as Moment };
}
