import type { JsonValue } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merged, sameJson } from "./merge.ts";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;

/** The same value with the keys of every object the other way round. */
function turned(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(turned);
  const entries = Object.entries(value).map(([key, inner]) => [key, turned(inner)] as const);
  return Object.fromEntries(entries.reverse());
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

describe("merged", () => {
  it("sets keys, deletes those set to null, and keeps the rest", () => {
    expect(merged({ a: 1, b: { c: 2 } }, { a: null, b: { d: 3 }, e: [null] })).toEqual({
      b: { d: 3 },
      e: [null],
    });
    expect(merged(undefined, { a: null })).toEqual({});
  });

  it("takes names that every object has for keys like any other", () => {
    const patch = JSON.parse('{"__proto__": 1, "constructor": 2}');
    expect(Object.entries(merged({}, patch))).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
    expect(merged(patch, { constructor: null } as never)).not.toHaveProperty("constructor", 2);
  });
});

describe("sameJson", () => {
  it("does not mind the order of keys", () => {
    fc.assert(fc.property(json, (value) => sameJson(value, turned(value))));
  });

  it("says of two values what their texts say, keys in one order", () => {
    const text = (value: JsonValue) => JSON.stringify(sorted(value));
    fc.assert(
      fc.property(json, json, (one, other) => sameJson(one, other) === (text(one) === text(other))),
    );
  });

  it.each([
    [[], {}],
    [null, {}],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ toString: 1 }, { a: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    ["1", 1],
  ] as [JsonValue, JsonValue][])("tells %j from %j", (one, other) => {
    expect(sameJson(one, other)).toBe(false);
    expect(sameJson(other, one)).toBe(false);
  });
});
