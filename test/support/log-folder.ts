import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DestinationStream, pino } from "pino";

/** Where all that Parley logs in a run of the tests is kept, for test/logs to read. */
const FOLDER = fileURLToPath(new URL("../../test-results/logs", import.meta.url));

let stream: DestinationStream | undefined;

/** Where services of this process log to. */
export function keptLines(): DestinationStream {
  mkdirSync(FOLDER, { recursive: true });
  stream ??= pino.destination({ dest: join(FOLDER, `${process.pid}.log`), sync: true });
  return stream;
}

/** Keeps what another process has printed. */
export function keepOutput(output: string): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(join(FOLDER, `${process.pid}-processes.log`), output);
}

export function forgetLines(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

/** What was logged in this run so far. */
export function loggedLines(): string[] {
  mkdirSync(FOLDER, { recursive: true });
  const files = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), "utf8"));
  return files.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}
