import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

let reaper: ChildProcess | undefined;

/** Has `pid` ended with `signal` should this process go away without having ended it. */
export function reapProcess(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  tell("process", pid, signal);
}

/** `pid` has ended: it must not be signalled any more, the number may be somebody else's soon. */
export function forgetProcess(pid: number): void {
  tell("ended", pid);
}

/** Has `folder` removed should this process go away without having removed it. */
export function reapFolder(folder: string): void {
  tell("folder", folder);
}

/** `folder` has been removed. */
export function forgetFolder(folder: string): void {
  tell("removed", folder);
}

function tell(...words: (string | number)[]): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${words.join("\t")}\n`);
}

function startReaper(): ChildProcess {
  const script = fileURLToPath(new URL("./reaper-process.ts", import.meta.url));
  // Detached: Ctrl-C in a terminal goes to the whole foreground group, and must not end it first.
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.unref();
  child.stdin.on("error", () => {});
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
