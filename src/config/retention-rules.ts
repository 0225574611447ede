import { SessionType } from "../../gen/parley/v1/session_pb.js";
import type { Keeping, Retention } from "../domain/retention.ts";
import { parseDuration } from "./parse.ts";

const TYPES: Readonly<Record<string, SessionType>> = {
  conversation: SessionType.UNSPECIFIED,
  research: SessionType.RESEARCH,
  analysis: SessionType.ANALYSIS,
  synthesis: SessionType.SYNTHESIS,
};

/** Shorter ones would not be kept exactly: the sweeper comes once a minute. */
const MIN_MS = 1000;
const MAX_MS = 36_500 * 86_400_000;

/**
 * Reads how long archived sessions are kept: `{"default": "365d", "types": {"research": "90d"},
 * "tenants": {"tenant": {"default": "forever", "types": {…}}}}`. Throws an Error that says what is
 * wrong.
 */
export function parseRetentionRules(text: string): Omit<Retention, "restoreWindowMs"> {
  const { tenants, ...others } = objectOf(parsed(text), "the file");
  const named = Object.entries(objectOf(tenants ?? {}, "tenants"));
  return {
    others: keepingOf(others, ""),
    tenants: new Map(
      named.map(([tenant, rules]) => {
        const path = `tenants.${tenant}`;
        return [tenant, keepingOf(objectOf(rules, path), `${path}.`)] as const;
      }),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("is not JSON");
  }
}

function keepingOf(json: Record<string, unknown>, path: string): Keeping {
  const { default: others = "forever", types = {}, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${path}${unknown} is not "default" or "types"`);
  const entries = Object.entries(objectOf(types, `${path}types`));
  return {
    others: timeOf(others, `${path}default`),
    types: new Map(entries.map(([name, time]) => typeOf(name, time, `${path}types.${name}`))),
  };
}

function typeOf(name: string, time: unknown, path: string): [SessionType, number] {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type !== undefined) return [type, timeOf(time, path)];
  throw new Error(`${path} is not one of ${Object.keys(TYPES).join(", ")}`);
}

function timeOf(value: unknown, path: string): number {
  if (value === "forever") return Number.POSITIVE_INFINITY;
  const time = parseDuration(typeof value === "string" ? value : "", MIN_MS, MAX_MS);
  if ("value" in time) return time.value;
  throw new Error(`${path} must be "forever" or ${time.allowed}`);
}

function objectOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${path} must be an object`);
}
