import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { toMicros } from "../domain/money.ts";
import type { ConfiguredEstimate, WorkPolicy } from "../domain/work-policy.ts";
import type { Env } from "./env.ts";
import { type Parsed, parseDuration } from "./parse.ts";
import type { Reader } from "./reader.ts";

/** How work is to be done, but for the prices, which a file has. */
export interface WorkConfig extends Omit<WorkPolicy, "prices"> {
  readonly pricesFile: string | undefined;
}

const TYPES: Readonly<Record<string, SessionType>> = {
  research: SessionType.RESEARCH,
  analysis: SessionType.ANALYSIS,
  synthesis: SessionType.SYNTHESIS,
};

const MAX_ESTIMATE_MS = 7 * 86_400_000;

export function toWork(reader: Reader, env: Env): WorkConfig {
  const open = reader.integer("PARLEY_MAX_OPEN_RUNS", 0, 1_000_000);
  return {
    accounts: reader.oneOf("PARLEY_ACCOUNTS", ["off", "on"]) === "on",
    maxOpenRuns: open === 0 ? undefined : open,
    pausable: new Set(reader.list("PARLEY_PAUSABLE", parseTypes)),
    timeLimitMs: reader.duration("PARLEY_TASK_TIME_LIMIT", 1000, 168 * 3_600_000),
    maxAttempts: reader.integer("PARLEY_TASK_ATTEMPTS", 1, 20),
    estimates: new Map(reader.list("PARLEY_RUN_ESTIMATES", parseEstimates)),
    pricesFile: env.PARLEY_PRICES,
  };
}

function parseTypes(text: string): Parsed<readonly SessionType[]> {
  if (text === "none") return { value: [] };
  const types = text.split(",").map((name) => TYPES[name.trim()]);
  const known = types.filter((type) => type !== undefined);
  if (known.length === types.length) return { value: known };
  return { allowed: `none, or some of ${Object.keys(TYPES).join(", ")}, separated by commas` };
}

function parseEstimates(text: string): Parsed<readonly [SessionType, ConfiguredEstimate][]> {
  const items = text.split(",").map((item) => parseEstimate(item.trim()));
  const known = items.filter((item) => item !== undefined);
  if (known.length === items.length) return { value: known };
  return { allowed: "type=duration/dollars such as research=10m/0.50, separated by commas" };
}

function parseEstimate(text: string): [SessionType, ConfiguredEstimate] | undefined {
  const match = /^([a-z]+)=([^/]+)\/(\d{1,7}(?:\.\d{1,6})?)$/.exec(text);
  const type = TYPES[match?.[1] ?? ""];
  const duration = parseDuration(match?.[2] ?? "", 1000, MAX_ESTIMATE_MS);
  if (type === undefined || !("value" in duration)) return undefined;
  return [type, { durationMs: duration.value, micros: toMicros(Number(match?.[3])) }];
}
