export interface Clock {
  now(): Date;
  /** Milliseconds that never go back; comparable within this process only. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
