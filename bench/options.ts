import { parseArgs } from "node:util";
import { COMPARISONS } from "./comparisons.ts";

export interface Options {
  /** Names of the comparisons to make. */
  readonly only: readonly string[];
  /** How long one measurement of one case takes. */
  readonly seconds: number;
  readonly rounds: number;
  /** How long each case is driven before the first round, in seconds. */
  readonly warmUp: number;
  /** Without Redis and Postgres. */
  readonly embedded: boolean;
}

/** An argument that cannot be used; the message says which and why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULTS = { seconds: 2, rounds: 5, warmUp: 5 };

export const HELP = `Measures Parley against what it is made of, as ratios within one run.

Usage: npm run bench -- [options]

  --only <name>     one comparison; can be given several times:
                    ${COMPARISONS.map(({ name }) => name).join(", ")}
  --seconds <n>     length of one measurement, 0.1 to 60 (default ${DEFAULTS.seconds})
  --rounds <n>      measurements of each case, 1 to 100 (default ${DEFAULTS.rounds})
  --warm-up <n>     seconds of load before the first round, 0 to 60 (default ${DEFAULTS.warmUp})
  --embedded        PGlite and memory instead of Redis and Postgres
  --help            this text
`;

/** @returns `"help"` if that is what was asked for */
export function parseOptions(args: readonly string[]): Options | "help" {
  const values = parsed(args);
  if (values.help) return "help";
  const only = values.only ?? COMPARISONS.map(({ name }) => name);
  for (const name of only) {
    if (!COMPARISONS.some((known) => known.name === name)) {
      throw new UsageError(`--only: there is no comparison ${name}; see --help`);
    }
  }
  return {
    only,
    seconds: number("--seconds", values.seconds, DEFAULTS.seconds, [0.1, 60]),
    rounds: Math.floor(number("--rounds", values.rounds, DEFAULTS.rounds, [1, 100])),
    warmUp: number("--warm-up", values["warm-up"], DEFAULTS.warmUp, [0, 60]),
    embedded: values.embedded ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        seconds: { type: "string" },
        rounds: { type: "string" },
        "warm-up": { type: "string" },
        embedded: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(
  name: string,
  text: string | undefined,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most)) {
    throw new UsageError(`${name}: has to be a number from ${least} to ${most}`);
  }
  return value;
}
