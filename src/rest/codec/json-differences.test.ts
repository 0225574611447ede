import { readFileSync } from "node:fs";
import { create, createRegistry, type DescMessage, fromJson, toBinary } from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  DurationSchema,
  FieldMaskSchema,
  StructSchema,
  TimestampSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { AllDesc } from "../testing/all-types.ts";
import { createJsonReader } from "./json-reader.ts";
import { protoJson } from "./json-style.ts";
import { createJsonWriter } from "./json-writer.ts";
import { MAX_DEPTH } from "./read-context.ts";
import { Violations } from "./violation.ts";

// What is not read as protobuf-es reads it, by the row of docs/rest.md that says why.

const registry = createRegistry(AllDesc, StructSchema);

function isTaken(desc: DescMessage, json: unknown): boolean {
  const violations = new Violations();
  const reader = createJsonReader(registry).message(desc);
  reader(json, { violations, depth: MAX_DEPTH }, undefined, "body");
  return !violations.any;
}

function isTakenByProtobuf(desc: DescMessage, json: unknown): boolean {
  try {
    fromJson(desc, json as never, { registry });
    return true;
  } catch {
    return false;
  }
}

const STRUCT = "type.googleapis.com/google.protobuf.Struct";

const differences: [choice: string, here: "taken" | "refused", desc: DescMessage, json: unknown][] =
  [
    ["enum names in documents", "taken", AllDesc, { color: "dark_blue" }],
    ["enum names in documents", "taken", AllDesc, { color: "color_RED" }],
    ["enum names in documents", "taken", AllDesc, { color: "1" }],
    ["FieldMask in documents", "taken", FieldMaskSchema, "a_b"],
    ["FieldMask in documents", "refused", FieldMaskSchema, "a,,b"],
    ["FieldMask in documents", "refused", FieldMaskSchema, "a b"],
    ["numbers in strings", "taken", AllDesc, { one_int64: "1e2" }],
    ["numbers in strings", "taken", AllDesc, { one_uint64: "1.0" }],
    ["numbers in strings", "refused", AllDesc, { one_int32: "0x10" }],
    ["numbers in strings", "refused", AllDesc, { one_int32: "+5" }],
    ["numbers in strings", "refused", AllDesc, { one_int64: "0x10" }],
    ["numbers in strings", "refused", AllDesc, { one_int64: " 1" }],
    ["numbers in strings", "refused", AllDesc, { one_double: ".5" }],
    ["integers as keys of maps", "refused", AllDesc, { by_int: { "1e2": 0 } }],
    ["integers as keys of maps", "refused", AllDesc, { by_long: { "01": {} } }],
    ["64-bit integers beyond 2^53", "refused", AllDesc, { one_int64: 2 ** 60 }],
    ["base64", "refused", AllDesc, { one_bytes: "AA AA" }],
    ["base64", "refused", AllDesc, { one_bytes: "AA==AA==" }],
    ["days and hours no calendar has", "refused", TimestampSchema, "2026-02-30T00:00:00Z"],
    ["days and hours no calendar has", "refused", TimestampSchema, "2026-01-02T24:00:00Z"],
    ["text after a duration", "refused", DurationSchema, "1s and more"],
    ["lone surrogates in Struct, Value, ListValue", "refused", ValueSchema, "\ud800"],
    ["lone surrogates in Struct, Value, ListValue", "refused", StructSchema, { "\ud800": 1 }],
    [
      "null for a message or enum of a oneof",
      "taken",
      AllDesc,
      { choice_timestamp: null, choice_bool: true },
    ],
    ["Any without `value`, of a type with its own form", "refused", AnySchema, { "@type": STRUCT }],
    [
      "JSON numbers a double cannot keep (`1e999`), lone surrogates",
      "refused",
      ValueSchema,
      Number.POSITIVE_INFINITY,
    ],
  ];

test.each(differences)("%s: %s", (_choice, here, desc, json) => {
  expect(isTaken(desc, json)).toBe(here === "taken");
  expect(isTakenByProtobuf(desc, json)).toBe(here !== "taken");
});

test("each is a row of docs/rest.md", () => {
  const text = readFileSync(new URL("../../../docs/rest.md", import.meta.url), "utf8");
  const missing = differences.filter(([choice]) => !text.includes(`\n| ${choice} |`));
  expect(missing.map(([choice]) => choice)).toEqual([]);
});

test("what has no JSON is null, or bytes, where protobuf-es fails the whole answer", () => {
  const write = createJsonWriter(protoJson, registry);
  const nan = create(ValueSchema, { kind: { case: "numberValue", value: Number.NaN } });
  expect(write.message(ValueSchema)(nan)).toBe("null");
  expect(write.message(ValueSchema)(create(ValueSchema))).toBe("null");
  const broken = create(AnySchema, { typeUrl: STRUCT, value: Uint8Array.of(255) });
  expect(write.message(AnySchema)(broken)).toBe(`{"@type":"${STRUCT}","value":"/w=="}`);
});

test("an Any of a broken message is refused, and not packed", () => {
  const url = `type.googleapis.com/${AllDesc.typeName}`;
  expect(isTaken(AnySchema, { "@type": url, many_uint64: ["-1"] })).toBe(false);
  const packed = anyPack(AllDesc, create(AllDesc, { oneInt32: 5 } as never) as never);
  const violations = new Violations();
  const read = createJsonReader(registry).message(AnySchema);
  const ctx = { violations, depth: MAX_DEPTH };
  const any = read({ "@type": url, one_int32: 5 }, ctx, undefined, "body");
  expect(toBinary(AnySchema, any as never)).toEqual(toBinary(AnySchema, packed));
});
