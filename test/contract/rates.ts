import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RateLimit } from "../../src/domain/plan.ts";
import type { Charge, Payer, Settlement } from "../../src/domain/rate-limits.ts";
import type { Rates } from "../../src/live/rates/port.ts";

/** Buckets, and the clock they are filled by. */
export interface RatesSubject {
  readonly rates: Rates;
  /** Lets time pass, in ms. */
  advance(ms: number): Promise<void>;
  /** The same buckets as another process has them; undefined where there can be none. */
  readonly another: Rates | undefined;
  /** All that is known is gone. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Somebody whom no other test is. */
export function newPayer(of: Partial<Payer> = {}): Payer {
  return { tenantId: `t-${crypto.randomUUID()}`, userId: "ann", ...of };
}

export function limit(of: Partial<RateLimit> = {}): RateLimit {
  return { subject: "user", kind: "calls", perMinute: 60, burst: of.perMinute ?? 60, ...of };
}

export const one = (of: RateLimit): Charge[] => [{ limit: of, cost: 1 }];

/** Takes one call after the other; says how many were admitted. */
export async function admitted(
  rates: Rates,
  payer: Payer,
  charges: readonly Charge[],
  times: number,
): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) {
    if ((await rates.takeTokens(payer, charges)).admitted) count++;
  }
  return count;
}

/**
 * The suite that all buckets pass.
 * @param suite `describe`, or one that needs a service.
 */
export function ratesContract(
  name: string,
  open: () => Promise<RatesSubject>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`rates: ${name}`, () => {
    let subject: RatesSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    describe("one bucket", () => bucketContract(() => subject));
    describe("several buckets", () => chargesContract(() => subject));
    describe("many calls", () => crowdContract(() => subject));
  });
}

function bucketContract(subject: () => RatesSubject): void {
  const take = (payer: Payer, charges: readonly Charge[]): Promise<Settlement> =>
    Promise.resolve(subject().rates.takeTokens(payer, charges));

  it("gives what it holds, and says how it stands", async () => {
    const payer = newPayer();
    expect(await take(payer, one(limit()))).toEqual({
      admitted: true,
      standings: [{ remaining: 59, fullInMs: 1000, waitMs: 0 }],
    });
    expect(await admitted(subject().rates, payer, one(limit()), 100)).toBe(59);
    expect(await take(payer, one(limit()))).toEqual({
      admitted: false,
      standings: [{ remaining: 0, fullInMs: 60_000, waitMs: 1000 }],
    });
  });

  it("fills evenly, and no more than it holds", async () => {
    const payer = newPayer();
    await admitted(subject().rates, payer, one(limit()), 60);
    await subject().advance(980);
    expect((await take(payer, one(limit()))).standings[0]!.waitMs).toBe(20);
    await subject().advance(20);
    expect(await admitted(subject().rates, payer, one(limit()), 5)).toBe(1);
    await subject().advance(10_000);
    expect(await admitted(subject().rates, payer, one(limit()), 20)).toBe(10);
    await subject().advance(3_600_000);
    expect(await admitted(subject().rates, payer, one(limit()), 70)).toBe(60);
  });

  it("of a rate that no double is exact about gives exactly its burst", async () => {
    for (const perMinute of [7, 11, 13, 97]) {
      const of = limit({ perMinute });
      expect(await admitted(subject().rates, newPayer(), one(of), 100)).toBe(perMinute);
    }
  });

  it("may fill faster than any clock ticks", async () => {
    const payer = newPayer();
    const of = limit({ perMinute: 1_000_000_000 });
    expect(await admitted(subject().rates, payer, one(of), 20)).toBe(20);
    const { remaining } = (await take(payer, [{ limit: of, cost: 0 }])).standings[0]!;
    expect(remaining).toBeGreaterThan(999_999_000);
  });

  it("that is full gives more than it holds, and owes it", async () => {
    const payer = newPayer();
    const much = [{ limit: limit(), cost: 90 }];
    expect(await take(payer, much)).toMatchObject({
      admitted: true,
      standings: [{ remaining: 0, fullInMs: 90_000 }],
    });
    expect((await take(payer, one(limit()))).standings[0]!.waitMs).toBe(31_000);
    await subject().advance(31_000);
    expect(await take(payer, much)).toMatchObject({ admitted: false });
    expect(await take(payer, one(limit()))).toMatchObject({ admitted: true });
  });

  it("is only looked at by what costs nothing", async () => {
    const payer = newPayer();
    const look = [{ limit: limit(), cost: 0 }];
    await take(payer, one(limit()));
    const seen = { admitted: true, standings: [{ remaining: 59, fullInMs: 1000, waitMs: 0 }] };
    expect([await take(payer, look), await take(payer, look)]).toEqual([seen, seen]);
  });

  it("that is forgotten is full", async () => {
    const payer = newPayer();
    await admitted(subject().rates, payer, one(limit()), 60);
    await subject().empty();
    expect(await take(payer, one(limit()))).toMatchObject({ admitted: true });
  });
}

function chargesContract(subject: () => RatesSubject): void {
  const take = (payer: Payer, charges: readonly Charge[]) =>
    subject().rates.takeTokens(payer, charges);
  const wide = limit({ subject: "tenant", perMinute: 100 });
  const narrow = limit({ perMinute: 10 });

  it("are all taken from, or none", async () => {
    const payer = newPayer();
    const both = [wide, narrow].map((of) => ({ limit: of, cost: 1 }));
    expect(await admitted(subject().rates, payer, both, 30)).toBe(10);
    const { standings } = await take(payer, both);
    expect(standings.map(({ remaining }) => remaining)).toEqual([90, 0]);
    expect(standings[0]!.waitMs).toBe(0);
  });

  it("are told apart by what they count", async () => {
    const payer = newPayer();
    const kinds = (["calls", "messages", "bytes"] as const).map((kind, i) => ({
      limit: limit({ kind, perMinute: 1000 }),
      cost: 1 + i * 10,
    }));
    await take(payer, kinds);
    const { standings } = await take(payer, kinds);
    expect(standings.map(({ remaining }) => remaining)).toEqual([998, 978, 958]);
  });

  it("are told apart by whose they are", async () => {
    const { tenantId } = newPayer();
    const left = async (of: Partial<Payer>) => {
      const subjects = (["tenant", "user", "key"] as const).map((of) => ({
        limit: limit({ subject: of }),
        cost: 1,
      }));
      const payer = { tenantId, userId: "ann", keyId: "k1", ...of };
      return (await take(payer, subjects)).standings.map(({ remaining }) => remaining);
    };
    expect(await left({})).toEqual([59, 59, 59]);
    expect(await left({ keyId: "k2" })).toEqual([58, 58, 59]);
    expect(await left({ userId: "bob" })).toEqual([57, 59, 58]);
    expect(await left({ userId: "{ann}:key:k1" })).toEqual([56, 59, 57]);
    expect(await left({ tenantId: `${tenantId}2` })).toEqual([59, 59, 59]);
  });
}

function crowdContract(subject: () => RatesSubject): void {
  it("at once get exactly what there is, whoever asks", async () => {
    const { rates, another = rates } = subject();
    const payer = newPayer();
    const calls = Array.from({ length: 200 }, (_, i) =>
      (i % 2 === 0 ? rates : another).takeTokens(payer, one(limit())),
    );
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome.admitted)).toHaveLength(60);
  });

  it("of a wide limit get nearly all there is, and never more", async () => {
    const { rates, another = rates } = subject();
    const payer = newPayer();
    const wide = one(limit({ perMinute: 3000 }));
    const both = [rates, another].map((each) => admitted(each, payer, wide, 2000));
    const [mine, theirs] = await Promise.all(both);
    expect(mine! + theirs!).toBeLessThanOrEqual(3000);
    // What a process had in hand and did not use: each time at most a 64th of what remained.
    expect(mine! + theirs!).toBeGreaterThanOrEqual(2850);
  });
}
