// A process of its own that outlives whoever started it by a moment. It is told on stdin which
// processes and folders belong to its starter; when stdin ends, for whatever reason (a normal
// exit, Ctrl-C, a crash, SIGKILL), it ends and removes what is left of them.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const processes = new Map<number, NodeJS.Signals>();
const folders = new Set<string>();

process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, subject = "", signal = "SIGKILL"] = line.split("\t");
  if (verb === "process") processes.set(Number(subject), signal as NodeJS.Signals);
  if (verb === "ended") processes.delete(Number(subject));
  if (verb === "folder") folders.add(subject);
  if (verb === "removed") folders.delete(subject);
}
await Promise.all([...processes].map(([pid, signal]) => end(pid, signal)));
for (const folder of folders) rmSync(folder, { recursive: true, force: true });

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!send(pid, "SIGCONT") || !send(pid, signal) || signal === "SIGKILL") return;
  // Postgres gives its own children 5 s after SIGQUIT.
  for (let waited = 0; waited < 8_000; waited += 50) {
    if (!send(pid, 0)) return;
    await sleep(50);
  }
  send(pid, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
