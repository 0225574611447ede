import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { defineSchema, field, getMessage, message, repeated } from "../testing/schema.ts";
import { createJsonReader } from "./json-reader.ts";
import { MAX_DEPTH } from "./read-context.ts";
import { Violations } from "./violation.ts";

const wellKnown = (name: string, number: number, type: string) =>
  field(name, number, Type.MESSAGE, `google.protobuf.${type}`);

const registry = defineSchema({
  messageType: [
    message(
      "Deep",
      [
        field("self", 1, Type.MESSAGE, "test.Deep"),
        repeated(field("list", 2, Type.MESSAGE, "test.Deep")),
        repeated(field("map", 3, Type.MESSAGE, "test.Deep.Entry")),
        wellKnown("any", 4, "Any"),
        wellKnown("struct", 5, "Struct"),
        wellKnown("value", 6, "Value"),
        wellKnown("values", 7, "ListValue"),
        wellKnown("time", 8, "Timestamp"),
        wellKnown("number", 9, "Int32Value"),
      ],
      {
        nestedType: [
          message(
            "Entry",
            [field("key", 1, Type.STRING), field("value", 2, Type.MESSAGE, "test.Deep")],
            { options: { mapEntry: true } },
          ),
        ],
      },
    ),
  ],
});
const desc = getMessage(registry, "Deep");

function isTaken(json: JsonValue): boolean {
  const violations = new Violations();
  const fill = createJsonReader(registry).object(desc, new Set());
  fill(create(desc) as never, json, { violations, depth: MAX_DEPTH });
  return !violations.any;
}

function isTakenByProtobuf(json: JsonValue): boolean {
  try {
    fromJson(desc, json, { registry });
    return true;
  } catch {
    return false;
  }
}

type Wrap = (inner: JsonValue) => JsonValue;
const self: Wrap = (inner) => ({ self: inner });
const list: Wrap = (inner) => [inner];
const object: Wrap = (inner) => ({ a: inner });
const anyOf: Wrap = (inner) => ({
  any: { "@type": "test.Deep", ...(inner as { [key: string]: JsonValue }) },
});

function nest(levels: number, leaf: JsonValue, wrap: Wrap): JsonValue {
  let json = leaf;
  for (let i = 0; i < levels; i++) json = wrap(json);
  return json;
}

const shapes: [name: string, make: (levels: number) => JsonValue][] = [
  ["messages", (levels) => nest(levels, {}, self)],
  ["messages in lists", (levels) => nest(levels, {}, (inner) => ({ list: [inner] }))],
  ["messages in maps", (levels) => nest(levels, {}, (inner) => ({ map: { k: inner } }))],
  ["messages in Any", (levels) => nest(levels, {}, anyOf)],
  ["a time", (levels) => nest(levels, { time: "2026-01-02T03:04:05Z" }, self)],
  ["a wrapper", (levels) => nest(levels, { number: 1 }, self)],
  ["a Struct", (levels) => ({ struct: { a: nest(levels, 1, object) } })],
  ["a Struct below messages", (levels) => nest(levels, { struct: { a: [[1]] } }, self)],
  ["a Value", (levels) => ({ value: nest(levels, 1, list) })],
  ["an empty Value", (levels) => ({ value: nest(levels, [], list) })],
  ["a ListValue", (levels) => ({ values: nest(levels, [true], list) })],
];

test.each(shapes)("%s nest as deep as protobuf-es lets them", (_name, make) => {
  const levels = Array.from({ length: 70 }, (_, i) => 40 + i);
  const limit = levels.filter((level) => isTaken(make(level)));
  expect(limit).toEqual(levels.filter((level) => isTakenByProtobuf(make(level))));
  expect(limit.length).toBeGreaterThan(0);
  expect(limit.length).toBeLessThan(levels.length);
});

test.each(shapes)("%s of thousands of levels are refused, not a crash", (_name, make) => {
  expect(isTaken(make(5000))).toBe(false);
});
