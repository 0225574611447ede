import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  type EnumValueDescriptorProtoSchema,
  EnumValueOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { defineSchema } from "../testing/schema.ts";
import { enumNames } from "./enum-names.ts";
import { Invalid } from "./violation.ts";

type Value = MessageInitShape<typeof EnumValueDescriptorProtoSchema>;

function define(name: string, values: readonly (string | Value)[]) {
  const value = values.map((each, number) =>
    typeof each === "string" ? { name: each, number } : each,
  );
  const options = { allowAlias: true };
  const registry = defineSchema({ enumType: [{ name, value: value as Value[], options }] });
  return enumNames(registry.getEnum(`test.${name}`)!);
}

/** The option `(pb.enumvalue.json).string`, which protobuf-es reads as bytes. */
function jsonNamed(name: string, number: number, jsonName: string): Value {
  const option = new BinaryWriter().tag(1, WireType.LengthDelimited).string(jsonName).finish();
  const data = new BinaryWriter().bytes(option).finish();
  const $unknown = [{ no: 998, wireType: WireType.LengthDelimited, data }];
  return { name, number, options: { ...create(EnumValueOptionsSchema), $unknown } };
}

describe("short names", () => {
  const cases: [string, (string | Value)[], string[]][] = [
    ["Color", ["COLOR_UNSPECIFIED", "COLOR_DARK_RED"], ["unspecified", "dark_red"]],
    ["HTTPMethod", ["HTTP_METHOD_GET"], ["get"]],
    ["Color", ["OTHER_A", "B"], ["other_a", "b"]],
    ["Version", ["VERSION_1", "VERSION_2B"], ["version_1", "2b"]],
    ["Color", ["COLOR_RED", "RED"], ["color_red", "red"]],
    ["Color", ["COLOR_X", "X", "COLOR_COLOR_X"], ["color_x", "x", "color_color_x"]],
    ["Color", ["COLOR_", "COLOR_A"], ["color_", "a"]],
    ["Case", ["a", "A", "b"], ["a", "A", "b"]],
    ["Color", [jsonNamed("COLOR_RED", 0, "Rouge"), "COLOR_BLUE"], ["Rouge", "blue"]],
    ["Color", ["COLOR_A", { name: "COLOR_B", number: 0 }], ["a"]],
  ];
  test.each(cases)("of %s %#", (name, values, expected) => {
    const { short, parse } = define(name, values);
    expect([...short.values()]).toEqual(expected);
    for (const [number, text] of short) expect(parse(text)).toBe(number);
  });
});

describe("reading", () => {
  const { parse } = define("Color", [
    "COLOR_UNSPECIFIED",
    "COLOR_RED",
    jsonNamed("COLOR_BLUE", 2, "bleu"),
    { name: "COLOR_CRIMSON", number: 1 },
    "a",
    "A",
  ]);

  test.each([
    ["COLOR_RED", 1],
    ["color_red", 1],
    ["Red", 1],
    ["crimson", 1],
    ["COLOR_BLUE", 2],
    ["bleu", 2],
    ["blue", 2],
    ["a", 4],
    ["A", 5],
    ["2", 2],
    ["-7", -7],
    ["2147483647", 2147483647],
  ])("takes %s", (text, number) => expect(parse(text)).toBe(number));

  test.each(["", "green", "RED ", "02", "1.0", "2147483648", "constructor", "__proto__"])(
    "refuses %s",
    (text) => expect(parse(text)).toBeInstanceOf(Invalid),
  );

  test("a text that stands for two values stands for none", () => {
    expect(define("Color", ["COLOR_Red", "COLOR_RED"]).parse("red")).toBeInstanceOf(Invalid);
  });
});
