import { CASE_TITLES, type Comparison } from "./comparisons.ts";
import type { Sample } from "./load/closed-loop.ts";
import type { Results } from "./rounds.ts";
import { spreadOf } from "./statistics.ts";

/**
 * How each subject did, as shares of its reference's rate in the same round.
 * @param embedded whether that was without Redis and Postgres
 */
export function ratioTable(
  comparisons: readonly Comparison[],
  results: Results,
  embedded: boolean,
): string {
  const rows = comparisons.map((comparison) => {
    const { name, subject, reference } = comparison;
    const atLeast = (embedded ? comparison.atLeastEmbedded : undefined) ?? comparison.atLeast;
    const { median, min, max } = spreadOf(ratios(comparison, results));
    return [
      name,
      `${CASE_TITLES[subject]} / ${CASE_TITLES[reference]}`,
      figure(median),
      `${figure(min)}–${figure(max)}`,
      atLeast === undefined ? "" : `${atLeast} promised${median < atLeast ? ", MISSED" : ""}`,
    ];
  });
  return table(["comparison", "what", "ratio", "min–max", ""], rows, [2, 3]);
}

/** The figures the ratios were made of: for this machine and this hour only. */
export function rateTable(results: Results): string {
  const rows = [...results].map(([name, samples]) => {
    const rate = spreadOf(samples.map(({ perSecond }) => perSecond));
    return [
      CASE_TITLES[name],
      whole(rate.median),
      `${whole(rate.min)}–${whole(rate.max)}`,
      figure(spreadOf(samples.map(({ p50 }) => p50)).median),
      figure(spreadOf(samples.map(({ p99 }) => p99)).median),
      cpuMicros(samples),
    ];
  });
  return table(
    ["case", "per second", "min–max", "p50 ms", "p99 ms", "CPU µs"],
    rows,
    [1, 2, 3, 4, 5],
  );
}

/** The median, of those cases where it is known. */
function cpuMicros(samples: readonly Sample[]): string {
  const known = samples.flatMap((sample) => sample.cpuMicros ?? []);
  return known.length === 0 ? "" : figure(spreadOf(known).median);
}

function ratios({ subject, reference }: Comparison, results: Results): number[] {
  const references = results.get(reference)!;
  return results
    .get(subject)!
    .map(({ perSecond }, round) => perSecond / references[round]!.perSecond);
}

/** Two digits that count; a ratio has no more to say. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** @param right columns that are aligned to the right */
function table(head: string[], rows: string[][], right: readonly number[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column]!;
          return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
