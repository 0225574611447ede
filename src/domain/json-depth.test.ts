import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { MAX_JSON_DEPTH, refuseDeepObject, refuseDeepValue } from "./json-depth.ts";

function nested(levels: number): JsonValue {
  return levels === 0 ? 1 : { a: [nested(levels - 1)] };
}

describe("JSON of a caller", () => {
  it("may be 40 deep and no deeper", () => {
    const [fits, deeper] = [nested(MAX_JSON_DEPTH / 2), nested(MAX_JSON_DEPTH / 2 + 1)];
    refuseDeepObject("context", fits as { [key: string]: JsonValue });
    refuseDeepValue("data", fromJson(ValueSchema, fits));
    for (const refuse of [
      () => refuseDeepObject("context", deeper as { [key: string]: JsonValue }),
      () => refuseDeepValue("context", fromJson(ValueSchema, deeper)),
    ]) {
      expect(refuse).toThrow(expect.objectContaining({ reason: "invalid_argument" }));
    }
  });

  it("holds no number that JSON does not have", () => {
    const number = (value: number): Value =>
      create(ValueSchema, { kind: { case: "numberValue", value } });
    const list = create(ValueSchema, {
      kind: { case: "listValue", value: { values: [number(Number.NaN)] } },
    });
    for (const refuse of [
      () => refuseDeepObject("context", { a: { b: [Number.NEGATIVE_INFINITY] } }),
      () => refuseDeepValue("context", number(Number.NaN)),
      () => refuseDeepValue("context", list),
      () => refuseDeepValue("context", create(ValueSchema)),
    ]) {
      expect(refuse).toThrow("context: must be a value that JSON can express");
    }
  });
});
