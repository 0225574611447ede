import { readFileSync } from "node:fs";

/** Clock ticks a second, in which Linux counts: 100 on all that Node supports. */
const TICKS = 100;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/**
 * CPU time that a process with all its threads has used, system time included, in
 * microseconds and to 10 ms. Undefined where there is no `/proc`.
 */
export function cpuTime(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the process comes before, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS) * 1e6;
}
