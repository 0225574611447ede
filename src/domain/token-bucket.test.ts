import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BucketSize, levelOf, takeTokens, waitMs } from "./token-bucket.ts";

const NOW = 1_800_000_000_000;
const sixty: BucketSize = { perMinute: 60, burst: 60 };

/** Takes one token after the other until it would have to wait; says how many it got. */
function drain(size: BucketSize, start: number, now: number): { taken: number; fullAt: number } {
  let fullAt = start;
  let taken = 0;
  for (; waitMs(size, fullAt, 1, now) === 0; taken++) fullAt = takeTokens(size, fullAt, 1, now);
  return { taken, fullAt };
}

describe("a bucket of tokens", () => {
  it("that was never taken from is full", () => {
    expect(levelOf(sixty, 0, NOW)).toEqual({ remaining: 60, fullInMs: 0 });
  });

  it("gives what it holds and no more", () => {
    const { taken, fullAt } = drain(sixty, 0, NOW);
    expect(taken).toBe(60);
    expect(levelOf(sixty, fullAt, NOW)).toEqual({ remaining: 0, fullInMs: 60_000 });
    expect(waitMs(sixty, fullAt, 1, NOW)).toBe(1000);
    expect(waitMs(sixty, fullAt, 5, NOW)).toBe(5000);
  });

  it("fills evenly", () => {
    const { fullAt } = drain(sixty, 0, NOW);
    expect(levelOf(sixty, fullAt, NOW + 980).remaining).toBe(0);
    expect(levelOf(sixty, fullAt, NOW + 1000).remaining).toBe(1);
    expect(drain(sixty, fullAt, NOW + 10_000).taken).toBe(10);
    expect(levelOf(sixty, fullAt, NOW + 3_600_000).remaining).toBe(60);
  });

  it("of a small burst lets only so many through at once, however many a minute", () => {
    const size = { perMinute: 600, burst: 5 };
    const { taken, fullAt } = drain(size, 0, NOW);
    expect(taken).toBe(5);
    expect(waitMs(size, fullAt, 1, NOW)).toBe(100);
  });

  it("gives more than it holds when it is full, and owes it", () => {
    const fullAt = takeTokens(sixty, 0, 90, NOW);
    expect(levelOf(sixty, fullAt, NOW)).toEqual({ remaining: 0, fullInMs: 90_000 });
    expect(waitMs(sixty, fullAt, 1, NOW)).toBe(31_000);
    expect(waitMs(sixty, fullAt, 90, NOW)).toBe(90_000);
  });

  it("asks nothing of what costs nothing, even if it owes", () => {
    expect(waitMs(sixty, takeTokens(sixty, 0, 1000, NOW), 0, NOW)).toBe(0);
  });

  const size = fc.record({
    perMinute: fc.integer({ min: 1, max: 10_000 }),
    burst: fc.integer({ min: 1, max: 300 }),
  });

  it("gives exactly its burst at one moment, whatever its rate", () => {
    fc.assert(
      fc.property(size, (one) => {
        expect(drain(one, 0, NOW).taken).toBe(one.burst);
      }),
    );
  });

  it("never gives more than its burst and what came in between", () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(size, pauses, (one, times) => {
        let [fullAt, now, taken] = [0, NOW, 0];
        for (const pause of times) {
          now += pause;
          const drained = drain(one, fullAt, now);
          fullAt = drained.fullAt;
          taken += drained.taken;
        }
        const came = ((now - NOW) * one.perMinute) / 60_000;
        expect(taken).toBeLessThanOrEqual(one.burst + came + 0.1);
      }),
      { numRuns: 50 },
    );
  });

  it("lets through after the wait what it refused", () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 500 }), (one, cost) => {
        const fullAt = takeTokens(one, 0, one.burst, NOW);
        const wait = waitMs(one, fullAt, cost, NOW);
        expect(wait).toBeGreaterThan(0);
        expect(waitMs(one, fullAt, cost, NOW + wait)).toBe(0);
      }),
    );
  });
});
