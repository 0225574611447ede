import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertPrefix, sessionKeys } from "./keys.ts";

const id = fc.string({
  unit: fc.oneof(fc.constantFrom("{", "}", "/", "%", ":", "a"), fc.string()),
});

describe("sessionKeys", () => {
  it("keeps usual ids readable", () => {
    expect(sessionKeys("parley:", { tenantId: "acme", sessionId: "chat-7:x" })).toEqual({
      head: "parley:{acme/chat-7:x}:head",
      tail: "parley:{acme/chat-7:x}:tail",
      wake: "parley:{acme/chat-7:x}:wake",
    });
  });

  it("gives two sessions the same keys only if they are the same", () => {
    fc.assert(
      fc.property(id, id, id, id, (tenantA, sessionA, tenantB, sessionB) => {
        const same = tenantA === tenantB && sessionA === sessionB;
        const a = sessionKeys("", { tenantId: tenantA, sessionId: sessionA });
        const b = sessionKeys("", { tenantId: tenantB, sessionId: sessionB });
        expect(a.head === b.head).toBe(same);
      }),
    );
  });

  it("has one hash tag, the same in every key", () => {
    fc.assert(
      fc.property(id, id, (tenantId, sessionId) => {
        const keys = Object.values(sessionKeys("p:", { tenantId, sessionId }));
        const tags = keys.map((key) => /^p:\{([^{}]+)\}:[a-z]+$/.exec(key)?.[1]);
        expect(tags[0]).toBeTypeOf("string");
        expect(new Set(tags).size).toBe(1);
      }),
    );
  });

  it("refuses a prefix that would be the hash tag", () => {
    expect(() => assertPrefix("{p}:")).toThrow(RangeError);
  });
});
