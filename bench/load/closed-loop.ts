import { quantile } from "../statistics.ts";

/** How many operations are under way at any moment, unless the case says otherwise. */
export const IN_FLIGHT = 64;

/** What one measurement found. */
export interface Sample {
  readonly perSecond: number;
  /** Milliseconds from asking to being answered. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU that the service took for each, where that is known. */
  readonly cpuMicros?: number;
}

/**
 * Keeps so many operations under way for so many seconds: each one that is
 * done makes room for the next. Rejects with the first failure.
 */
export async function closedLoop(
  seconds: number,
  operation: (lane: number) => Promise<unknown>,
  inFlight: number = IN_FLIGHT,
): Promise<Sample> {
  const times: number[] = [];
  const deadline = performance.now() + seconds * 1000;
  const run = async (lane: number) => {
    for (let asked = performance.now(); asked < deadline; ) {
      await operation(lane);
      const answered = performance.now();
      if (answered < deadline) times.push(answered - asked);
      asked = answered;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, lane) => run(lane)));
  if (times.length === 0) throw new Error(`no operation was done in ${seconds} s`);
  const sorted = Float64Array.from(times).sort();
  return {
    perSecond: times.length / seconds,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}
