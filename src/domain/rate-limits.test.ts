import { describe, expect, it } from "vitest";
import type { Plan, RateLimit } from "./plan.ts";
import { chargesOf, rateLimited, type Standing, strictest } from "./rate-limits.ts";

const rate = (of: Pick<RateLimit, "subject" | "kind">): RateLimit => ({
  ...of,
  perMinute: 60,
  burst: 60,
});
const ofTenant = rate({ subject: "tenant", kind: "calls" });
const ofUser = rate({ subject: "user", kind: "calls" });
const ofKey = rate({ subject: "key", kind: "calls" });
const messages = rate({ subject: "user", kind: "messages" });
const bytes = rate({ subject: "user", kind: "bytes" });
const plan: Plan = { name: "p", rates: [ofTenant, ofUser, ofKey, messages, bytes] };
const ann = { tenantId: "t", userId: "ann" };

const standing = (of: Partial<Standing>): Standing => ({
  remaining: 10,
  fullInMs: 0,
  waitMs: 0,
  ...of,
});

describe("charges", () => {
  it("are what costs something, on limits that apply to the caller", () => {
    const cost = { calls: 1, messages: 0, bytes: 20 };
    expect(chargesOf(plan, ann, cost)).toEqual([
      { limit: ofTenant, cost: 1 },
      { limit: ofUser, cost: 1 },
      { limit: bytes, cost: 20 },
    ]);
    const limits = chargesOf(plan, { ...ann, keyId: "k" }, cost).map(({ limit }) => limit);
    expect(limits).toEqual([ofTenant, ofUser, ofKey, bytes]);
  });
});

describe("the figures of an answer", () => {
  const charges = [ofTenant, ofUser, bytes].map((limit) => ({ limit, cost: 1 }));

  it("are those of the calls that leave least", () => {
    const standings = [5, 3, 1].map((remaining) => standing({ remaining }));
    expect(strictest(charges, { admitted: true, standings })).toMatchObject({
      limit: ofUser,
      remaining: 3,
    });
  });

  it("are of something else where calls are not counted", () => {
    const settlement = { admitted: true, standings: [standing({ remaining: 7 })] };
    expect(strictest([{ limit: bytes, cost: 1 }], settlement)?.limit).toBe(bytes);
    expect(strictest([], { admitted: true, standings: [] })).toBeUndefined();
  });

  it("are those that a refused call waits for longest", () => {
    const standings = [
      standing({ waitMs: 10 }),
      standing({ remaining: 0 }),
      standing({ waitMs: 90 }),
    ];
    const figures = strictest(charges, { admitted: false, standings });
    expect(figures).toMatchObject({ limit: bytes, waitMs: 90 });
  });
});

it("a refusal says what of whom, and when to try again", () => {
  const error = rateLimited(messages, 1500.2);
  expect([error.reason, error.retryAfterMs]).toEqual(["rate_limit_exceeded", 1501]);
  expect(error.message).toBe("too many messages of the user: 60 a minute are allowed");
});
