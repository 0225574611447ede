import { describe, expect, it } from "vitest";
import type { RateLimit } from "../../domain/plan.ts";
import { TokenLeases } from "./token-leases.ts";

const limit: RateLimit = { subject: "user", kind: "calls", perMinute: 6000, burst: 6000 };
const other: RateLimit = { ...limit, subject: "tenant" };
const charges = [{ limit, cost: 1 }];
const payer = { tenantId: "t", userId: "ann" };
const standing = { remaining: 100, fullInMs: 0, waitMs: 0 };
const taken = (...lent: number[]) => ({
  admitted: true,
  standings: lent.map(() => standing),
  lent,
});

function setUp() {
  let now = 0;
  const leases = new TokenLeases(() => now);
  /** Makes so many calls that nothing is in hand for; says how much the last one wanted. */
  const called = (times: number) => {
    let wants = [0];
    for (let n = 0; n < times; n++) {
      const lease = leases.of(payer);
      expect(lease.draw(charges)).toBeUndefined();
      wants = lease.wants(charges);
      lease.keep(charges, taken(0));
      lease.asked();
    }
    return wants[0]!;
  };
  return { leases, called, pass: (ms: number) => (now += ms) };
}

describe("tokens in hand", () => {
  it("are not wanted for who calls now and then", () => {
    const { called, pass } = setUp();
    expect(called(8)).toBe(0);
    pass(1000);
    expect(called(8)).toBe(0);
    expect(called(1)).toBe(8);
    expect(called(1)).toBe(9);
  });

  it("are wanted from the start by who has called often just before", () => {
    const { called, pass } = setUp();
    called(20);
    pass(1000);
    expect([called(1), called(1), called(18), called(1)]).toEqual([20, 19, 19, 20]);
    pass(2000);
    expect(called(1)).toBe(0);
  });

  it("are used up before more is asked for, and count as remaining", () => {
    const { leases, called } = setUp();
    called(9);
    const lease = leases.of(payer);
    lease.keep(charges, taken(3));
    const left = [0, 1, 2, 3].map(() => lease.draw(charges)?.standings[0]?.remaining);
    expect(left).toEqual([102, 101, 100, undefined]);
  });

  it("are asked for by one call at a time", () => {
    const { leases, called } = setUp();
    called(9);
    const lease = leases.of(payer);
    expect([lease.wants(charges), lease.wants(charges)]).toEqual([[9], [0]]);
    lease.asked();
    expect(lease.wants(charges)).toEqual([9]);
  });

  it("are lost after a second", () => {
    const { leases, called, pass } = setUp();
    called(9);
    leases.of(payer).keep(charges, taken(1000));
    pass(999);
    expect(leases.of(payer).draw(charges)).toBeDefined();
    pass(1);
    expect(leases.of(payer).draw(charges)).toBeUndefined();
  });

  it("have to be there of every bucket, and belong to one payer", () => {
    const { leases, called } = setUp();
    called(9);
    const lease = leases.of(payer);
    lease.keep(charges, taken(5));
    expect(lease.draw([...charges, { limit: other, cost: 1 }])).toBeUndefined();
    expect(lease.draw([{ limit, cost: 6 }])).toBeUndefined();
    expect(lease.draw([{ limit, cost: 0 }])).toBeUndefined();
    expect(leases.of({ ...payer, keyId: "k" }).draw(charges)).toBeUndefined();
    expect(lease.draw([{ limit, cost: 5 }])).toBeDefined();
  });
});
