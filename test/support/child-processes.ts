import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The ids of the direct children of a process. */
export function childProcesses(parent: number): number[] {
  const table = process.platform === "linux" ? fromProc() : fromPs();
  return table.filter(([, ppid]) => ppid === parent).map(([pid]) => pid);
}

/** Small container images have no `ps`. */
function fromProc(): [pid: number, ppid: number][] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): [number, number][] => {
      try {
        // "pid (name) state ppid …"; the name may hold spaces and parentheses.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return [[Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
      } catch {
        return []; // ended meanwhile
      }
    });
}

function fromPs(): [pid: number, ppid: number][] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n");
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
