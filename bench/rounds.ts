import type { Measure } from "./cases.ts";
import type { CaseName } from "./comparisons.ts";
import type { Sample } from "./load/closed-loop.ts";

export interface Schedule {
  readonly seconds: number;
  readonly rounds: number;
  readonly warmUp: number;
}

/** One sample per round of each case. */
export type Results = ReadonlyMap<CaseName, readonly Sample[]>;

/**
 * Warms every case up, then measures them in turns, so that whatever else the
 * machine does meets all of them alike. Every other round goes backwards: nobody
 * is always the one after the heaviest.
 */
export async function measureInRounds(
  cases: ReadonlyMap<CaseName, Measure>,
  { seconds, rounds, warmUp }: Schedule,
  tell: (progress: string) => void,
): Promise<Results> {
  for (const [name, measure] of warmUp > 0 ? cases : []) {
    tell(`warming up ${name}`);
    await measure(warmUp);
  }
  const results = new Map<CaseName, Sample[]>([...cases.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    for (const [name, measure] of round % 2 === 0 ? cases : [...cases].reverse()) {
      results.get(name)!.push(await measure(seconds));
    }
  }
  return results;
}
