import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Who runs where. */
export interface Cores {
  /** For whatever is measured. */
  readonly measured: string;
  /** For the load and the stores; they share what is left. */
  readonly others: string;
}

/**
 * Keeps this process, and what it starts from now on, off the core that is
 * measured. Undefined where that cannot be done: with one core, or without
 * `taskset`, which is Linux' own.
 */
export function divideCores(): Cores | undefined {
  const [measured, ...others] = allowedCores();
  if (measured === undefined || others.length === 0) return undefined;
  const cores = { measured: String(measured), others: others.join(",") };
  return pin(process.pid, cores.others) ? cores : undefined;
}

/** Keeps a process with all its threads on some cores. */
export function pin(pid: number, cores: string): boolean {
  return spawnSync("taskset", ["-acp", cores, String(pid)], { stdio: "ignore" }).status === 0;
}

/** Numbers of the cores this process may use; "0-1,4" in the kernel's words. */
function allowedCores(): number[] {
  if (process.platform !== "linux") return [];
  const status = readFileSync("/proc/self/status", "utf8");
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
