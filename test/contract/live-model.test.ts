import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionKeys } from "../../src/live/keys.ts";
import { DEFAULT_SILENCE_MS, DEFAULT_TAIL } from "../../src/live/limits.ts";
import { countingClock, steadyClock } from "../../src/live/memory/clock.ts";
import { believed, isFresh, judge } from "../../src/live/memory/rule.ts";
import { MemoryView, type Rule } from "../../src/live/memory/view.ts";
import { close, forget, install, publish, read, take } from "../../src/live/redis/scripts.ts";
import { RedisView } from "../../src/live/redis/view.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { type ModelSubject, playModel } from "./live-model.ts";

const BOUND = 2_000;
const WHOLE: Rule = { believed, judge, isFresh };

type Open = () => ModelSubject;

function memory(bound: number, rule: Rule = WHOLE): ModelSubject {
  let time = 0;
  const clock = bound === Number.POSITIVE_INFINITY ? countingClock() : steadyClock(() => time);
  const limits = { entries: 1_000, bytes: 1 << 26 };
  const options = { bound, clock, limits, tail: DEFAULT_TAIL, silenceMs: DEFAULT_SILENCE_MS };
  const view = new MemoryView({ ...options, milliseconds: () => time, onError: fail }, rule);
  return {
    view,
    bound,
    setTime: async (now) => {
      time = now;
    },
    evict: async (sessionId) => view.evict({ tenantId: "t", userId: "ann", sessionId }),
  };
}

function fail(error: unknown): never {
  throw error;
}

/** Plays runs until one goes wrong. A new view per run unless it is a shared one. */
async function firstViolation(open: Open, runs: number): Promise<string | undefined> {
  for (let seed = 1; seed <= runs; seed++) {
    for (const faults of [false, true]) {
      const violation = await playModel(open(), { seed, faults });
      if (violation !== undefined) return violation;
    }
  }
  return undefined;
}

describe("live view, model: memory", () => {
  it.each([BOUND, Number.POSITIVE_INFINITY])("bound %d: keeps its promises", async (bound) => {
    expect(await firstViolation(() => memory(bound), 500)).toBeUndefined();
  });

  it.each<[string, number, Partial<Rule>]>([
    ["an older version replaces", BOUND, { judge: () => "replace" }],
    ["freshness never ends", BOUND, { isFresh: () => true }],
    [
      "another session replaces without doubt",
      BOUND,
      { judge: (held, offered) => judge(held?.uid === offered.uid ? held : undefined, offered) },
    ],
    [
      "another session never replaces",
      BOUND,
      {
        judge: (held, offered) =>
          held && held.uid !== offered.uid ? "keep" : judge(held, offered),
      },
    ],
    [
      "what was forgotten is forgotten",
      Number.POSITIVE_INFINITY,
      { believed: (asOf, _, now) => believed(asOf, Number.NEGATIVE_INFINITY, now) },
    ],
    [
      "a copy of no moment is fresh",
      Number.POSITIVE_INFINITY,
      { believed: (asOf, horizon, now) => believed(asOf ?? now, horizon, now) },
    ],
  ])("without a part of the rule it breaks: %s", async (_, bound, part) => {
    const rule = { ...WHOLE, ...part };
    expect(await firstViolation(() => memory(bound, rule), 500)).toMatch(/^seed \d+: /);
  });
});

describeWithServices("live view, model: redis", () => {
  let admin: Redis;
  const views: RedisView[] = [];
  beforeAll(() => {
    admin = new Redis(redisUrl());
  });
  afterAll(async () => {
    await Promise.all(views.map((view) => view.close()));
    admin.disconnect();
  });

  /** The scripts as they are, but for the time, which is the test's. */
  async function openRedis(change: (lua: string) => string = (lua) => lua): Promise<ModelSubject> {
    const prefix = redisKeyPrefix();
    const withTime = <S extends { lua: string }>(script: S): S => ({
      ...script,
      lua: replaceOnce(
        change(script.lua),
        'redis.call("TIME")',
        `{ 0, redis.call("GET", "${prefix}clock") * 1000 }`,
      ),
    });
    const view = new RedisView(
      {
        commands: new Redis(redisUrl()),
        wakeUps: new Redis(redisUrl()),
        scripts: { read: withTime(read), install: withTime(install), publish, close, take, forget },
      },
      {
        prefix,
        boundMs: BOUND,
        residencyMs: 600_000,
        silenceMs: DEFAULT_SILENCE_MS,
        tail: DEFAULT_TAIL,
        readLimitMs: 5_000,
        installLimitMs: 5_000,
        subscribeLimitMs: 5_000,
        probeEveryMs: 5_000,
        onError: fail,
      },
    );
    views.push(view);
    await admin.set(`${prefix}clock`, 0);
    return { view, bound: BOUND, ...redisFaults(admin, prefix) };
  }

  it("keeps its promises", async () => {
    const subject = await openRedis();
    expect(await firstViolation(() => subject, 40)).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ["an older version replaces", "or version > h_version", "or true"],
    ["freshness counts from the installation", "and as_of + bound", "and now + bound"],
    ["another session replaces without doubt", "past(as_of) <= past(h_installed)", "false"],
    ["what was rewritten stays", "of ~= name", "false"],
    ["a gap in the tail goes unnoticed", "before > last", "false"],
    ["a tail that begins late is used", "first_seq > math.min(after + 1, version)", "false"],
    ["a tail that ends early is used", "tonumber(last_seq) < version", "false"],
  ])("without a part of the rule it breaks: %s", async (_, part, instead) => {
    let found = 0;
    const subject = await openRedis((lua) => {
      if (!lua.includes(part)) return lua;
      found++;
      return replaceOnce(lua, part, instead);
    });
    expect(found).toBe(1);
    expect(await firstViolation(() => subject, 400)).toMatch(/^seed \d+: /);
  });
});

function replaceOnce(text: string, part: string, instead: string): string {
  const parts = text.split(part);
  expect(parts).toHaveLength(2);
  return parts.join(instead);
}

function redisFaults(
  admin: Redis,
  prefix: string,
): Pick<ModelSubject, "setTime" | "evict" | "restoreOlder"> {
  const saved = new Map<string, Buffer | null>();
  const keysOf = (sessionId: string) =>
    sessionKeys(prefix, { tenantId: "t", userId: "ann", sessionId });
  return {
    setTime: async (now) => {
      await admin.set(`${prefix}clock`, now);
    },
    evict: async (sessionId, pick) => {
      const { head, tail } = keysOf(sessionId);
      await admin.del(...[[head], [tail], [head, tail]][pick(3)]!);
    },
    restoreOlder: async (sessionId, pick) => {
      const { head, tail } = keysOf(sessionId);
      for (const key of [head, tail]) {
        if (!saved.has(key) || pick(2) === 0) {
          saved.set(key, await admin.dumpBuffer(key));
          continue;
        }
        await admin.del(key);
        const dump = saved.get(key);
        if (dump) await admin.restore(key, 0, dump);
      }
    },
  };
}
