/** How a bucket fills. */
export interface BucketSize {
  /** Tokens that come in a minute, evenly; more than 0. */
  readonly perMinute: number;
  /** How many it holds. */
  readonly burst: number;
}

/** How a bucket stands at a moment. */
export interface BucketLevel {
  /** Whole tokens in it. */
  readonly remaining: number;
  /** How long it takes to be full, if nothing more is taken, in ms. */
  readonly fullInMs: number;
}

/** Part of a token that may be missing: moments are rounded, and nobody shall wait for that. */
const SLACK = 0.01;

// A bucket is nothing but the moment at which it is full again, in ms of some clock. One that was
// never taken from is full, and so needs not be kept. `live/redis/lua/take.lua` has the same law.

/** How long one token takes to come, in ms. */
function tokenMs({ perMinute }: BucketSize): number {
  return 60_000 / perMinute;
}

/** How long an empty bucket takes to be full, in ms. */
function spanMs(size: BucketSize): number {
  return size.burst * tokenMs(size);
}

/**
 * How long it takes until so many tokens can be taken, in ms; 0: they can be now. More than it
 * holds can be taken of a full one, which then owes the rest: else nobody ever could.
 */
export function waitMs(size: BucketSize, fullAt: number, cost: number, now: number): number {
  if (cost <= 0) return 0;
  const missing = Math.max(fullAt - now, 0) - spanMs(size);
  const tokens = Math.min(cost, size.burst);
  const wait = missing + tokens * tokenMs(size);
  return wait > SLACK * tokenMs(size) ? wait : 0;
}

/** When it is full again after so many tokens were taken. */
export function takeTokens(size: BucketSize, fullAt: number, cost: number, now: number): number {
  return Math.max(fullAt, now) + cost * tokenMs(size);
}

export function levelOf(size: BucketSize, fullAt: number, now: number): BucketLevel {
  const fullInMs = Math.max(fullAt - now, 0);
  const tokens = size.burst - fullInMs / tokenMs(size);
  return { remaining: Math.max(Math.floor(tokens + SLACK), 0), fullInMs };
}
