// What worker.ts and submit-runs.ts do with their arguments.
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

// Exit codes of sysexits.h.
const EX_USAGE = 64;
const EX_NOINPUT = 66;

/** Flags and at most one file; prints the help and ends where that was asked for. */
export function commandLine<T extends ParseArgsOptionsConfig>(help: string, options: T) {
  const parsed = orExit(() =>
    parseArgs({ allowPositionals: true, options: { ...options, help: { type: "boolean" } } }),
  );
  if ("help" in parsed.values && parsed.values.help === true) {
    process.stdout.write(help);
    process.exit(0);
  }
  const [file, ...others] = parsed.positionals;
  if (others.length > 0) exit(EX_USAGE, `one file, not ${parsed.positionals.length}`);
  return { flags: parsed.values, file };
}

/** A whole number from 0. */
export function numberOf(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(number) && number >= 0) return number;
  return exit(EX_USAGE, `${flag}: "${text}" is no whole number from 0`);
}

/** What `make` makes; an error ends the process with its words. */
export function orExit<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const missing = error instanceof Error && "syscall" in error;
    return exit(missing ? EX_NOINPUT : EX_USAGE, words);
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function exit(code: number, words: string): never {
  process.stderr.write(`${words}; see --help\n`);
  process.exit(code);
}
