import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertPrefix, rateKeys, sessionKeys } from "./keys.ts";

const id = fc.string({
  unit: fc.oneof(fc.constantFrom("{", "}", "/", "%", ":", "a"), fc.string()),
});

describe("sessionKeys", () => {
  it("keeps usual ids readable", () => {
    expect(
      sessionKeys("parley:", { tenantId: "acme", userId: "ann", sessionId: "chat-7:x" }),
    ).toEqual({
      head: "parley:{acme/chat-7:x}:ann:head",
      tail: "parley:{acme/chat-7:x}:ann:tail",
      open: "parley:{acme/chat-7:x}:ann:open",
      wake: "parley:{acme/chat-7:x}:ann:wake",
    });
  });

  it("gives two sessions the same keys only if they are the same", () => {
    const key = fc.record({ tenantId: id, userId: id, sessionId: id });
    fc.assert(
      fc.property(key, key, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(sessionKeys("", one).head === sessionKeys("", other).head).toBe(same);
      }),
    );
  });

  it("has one hash tag, the same in every key", () => {
    fc.assert(
      fc.property(id, id, id, (tenantId, userId, sessionId) => {
        const keys = Object.values(sessionKeys("p:", { tenantId, userId, sessionId }));
        const tags = keys.map((key) => /^p:\{([^{}]+)\}:[^{}]*:[a-z]+$/.exec(key)?.[1]);
        expect(tags[0]).toBeTypeOf("string");
        expect(new Set(tags).size).toBe(1);
      }),
    );
  });

  it("refuses a prefix that would be the hash tag", () => {
    expect(() => assertPrefix("{p}:")).toThrow(RangeError);
  });
});

describe("rateKeys", () => {
  it("are one's own, under the tag of the tenant", () => {
    expect(rateKeys("parley:", { tenantId: "acme", userId: "ann", keyId: "k1" })).toEqual({
      tenant: "parley:{acme}:rates",
      user: "parley:{acme}:rates:user:ann",
      key: "parley:{acme}:rates:key:k1",
    });
    const { user, key } = rateKeys("parley:", { tenantId: "acme", userId: "ann" });
    expect(key).toBe(user);
  });

  it("of two payers are the same only if they are", () => {
    const payer = fc.record({ tenantId: id, userId: id });
    fc.assert(
      fc.property(payer, payer, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(rateKeys("", one).user === rateKeys("", other).user).toBe(same);
      }),
    );
  });
});
