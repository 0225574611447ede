import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";

const FORGETFUL = `
const { Daemon } = await import(${JSON.stringify(new URL("./daemon.ts", import.meta.url).href)});
const { temporaryFolder } = await import(${JSON.stringify(new URL("./temporary-folder.ts", import.meta.url).href)});
const folder = temporaryFolder("forgotten");
const daemon = await Daemon.start({ command: "sleep", args: ["600"], logFile: folder + "/log" });
console.log(JSON.stringify({ folder, pid: daemon.pid }));
setTimeout(() => {}, 600_000);
`;

it.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
  "ends the processes and removes the folders of who was ended by %s",
  async (signal) => {
    const owner = spawn(process.execPath, ["--input-type=module", "-e", FORGETFUL], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(owner.stdout, "data");
    const { folder, pid } = JSON.parse(String(line)) as { folder: string; pid: number };
    expect(isRunning(pid)).toBe(true);
    owner.kill(signal);
    await once(owner, "exit");
    for (let i = 0; (isRunning(pid) || existsSync(folder)) && i < 200; i++) await sleep(20);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  },
);

/** A zombie has ended: in a container it may stay until the first process looks after it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    // No /proc on this system: then the signal alone decides.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && !existsSync("/proc/self");
  }
}
