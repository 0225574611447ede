import { describe, expect, it } from "vitest";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { toConfig } from "./config.ts";
import { readEnv } from "./env.ts";

const workOf = (source: Record<string, string>) => toConfig(readEnv(source)).work;

it("takes what is set", () => {
  const work = workOf({
    PARLEY_ACCOUNTS: "on",
    PARLEY_MAX_OPEN_RUNS: "30",
    PARLEY_PRICES: "prices.json",
    PARLEY_RUN_ESTIMATES: "synthesis=90s/1.5 , research=1h/0",
    PARLEY_PAUSABLE: "synthesis",
    PARLEY_TASK_TIME_LIMIT: "168h",
    PARLEY_TASK_ATTEMPTS: "20",
  });
  expect(work).toEqual({
    accounts: true,
    maxOpenRuns: 30,
    pricesFile: "prices.json",
    estimates: new Map([
      [SessionType.SYNTHESIS, { durationMs: 90_000, micros: 1_500_000n }],
      [SessionType.RESEARCH, { durationMs: 3_600_000, micros: 0n }],
    ]),
    pausable: new Set([SessionType.SYNTHESIS]),
    timeLimitMs: 168 * 3_600_000,
    maxAttempts: 20,
  });
});

it("can let no type be paused", () => {
  expect(workOf({ PARLEY_PAUSABLE: "none" }).pausable).toEqual(new Set());
});

describe("a problem", () => {
  it.each([
    [{ PARLEY_ACCOUNTS: "yes" }, /^PARLEY_ACCOUNTS: "yes" must be one of off, on$/],
    [{ PARLEY_MAX_OPEN_RUNS: "-1" }, /^PARLEY_MAX_OPEN_RUNS: .* from 0 to 1000000$/],
    [{ PARLEY_RUN_ESTIMATES: "poem=1m/1" }, /^PARLEY_RUN_ESTIMATES: .*type=duration\/dollars/],
    [{ PARLEY_RUN_ESTIMATES: "research=1m" }, /^PARLEY_RUN_ESTIMATES: /],
    [{ PARLEY_RUN_ESTIMATES: "research=1m/0.0000001" }, /^PARLEY_RUN_ESTIMATES: /],
    [{ PARLEY_RUN_ESTIMATES: "research=169h/1" }, /^PARLEY_RUN_ESTIMATES: /],
    [{ PARLEY_PAUSABLE: "none,research" }, /^PARLEY_PAUSABLE: .*none, or some of research/],
    [{ PARLEY_TASK_TIME_LIMIT: "169h" }, /^PARLEY_TASK_TIME_LIMIT: .* from 1s to 168h$/],
    [{ PARLEY_TASK_ATTEMPTS: "0" }, /^PARLEY_TASK_ATTEMPTS: .* from 1 to 20$/],
  ])("of %j is said", (env, line) => expect(() => workOf(env)).toThrow(line));
});
