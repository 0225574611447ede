import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { defineSchema, field, getMessage, message } from "../testing/schema.ts";
import { createJsonReader } from "./json-reader.ts";
import { protoJson, restJson } from "./json-style.ts";
import { createJsonWriter } from "./json-writer.ts";
import { plainDigits } from "./quoted-integer.ts";
import { MAX_DEPTH } from "./read-context.ts";
import { parseBytes } from "./scalar-text.ts";
import { Invalid, Violations } from "./violation.ts";

describe("names that every object has", () => {
  const names = ["has_own_property", "to_string", "constructor", "__proto__", "value_of"];
  const file = defineSchema({
    messageType: [
      message(
        "Hostile",
        names.map((name, i) => ({
          ...field(name, i + 1, Type.STRING),
          proto3Optional: true,
          oneofIndex: i,
        })),
        { oneofDecl: names.map((name) => ({ name: `_${name}` })) },
      ),
    ],
  });
  const desc = getMessage(file, "Hostile");
  const write = createJsonWriter(restJson).message(desc);

  test("are null until they are set", () => {
    const unset = Object.fromEntries(names.map((name) => [name, null]));
    expect(JSON.parse(write(create(desc)))).toEqual(JSON.parse(JSON.stringify(unset)));
  });

  test("are read and written like any other", () => {
    const text = `{${names.map((name) => `"${name}":"x"`).join(",")}}`;
    const ctx = { violations: new Violations(), depth: MAX_DEPTH };
    const read = createJsonReader().message(desc)(JSON.parse(text), ctx, undefined, "body");
    expect(ctx.violations.list).toEqual([]);
    expect(write(fromBinary(desc, toBinary(desc, read as never)))).toBe(text);
    expect(({} as { x?: string }).x).toBeUndefined();
  });
});

test("a message without a field it requires is not written", () => {
  const required = { ...field("id", 1, Type.STRING), label: Label.REQUIRED };
  const file = defineSchema({ syntax: "proto2", messageType: [message("M", [required])] });
  const desc = getMessage(file, "M");
  expect(() => createJsonWriter(restJson).message(desc)(create(desc))).toThrow(
    "test.M.id is required",
  );
});

test("a field mask that cannot be read back from lowerCamelCase is not written in it", () => {
  const file = defineSchema({
    messageType: [message("M", [field("mask", 1, Type.MESSAGE, "google.protobuf.FieldMask")])],
  });
  const desc = getMessage(file, "M");
  const of = (path: string) => create(desc, { mask: { paths: [path] } } as never);
  expect(createJsonWriter(protoJson).message(desc)(of("a_b.c"))).toBe('{"mask":"aB.c"}');
  expect(createJsonWriter(restJson).message(desc)(of("a_1"))).toBe('{"mask":"a_1"}');
  for (const path of ["a_1", "aB", "a__b"]) {
    expect(() => createJsonWriter(protoJson).message(desc)(of(path))).toThrow(path);
  }
});

test("long texts cost no more than their length", () => {
  const started = performance.now();
  expect(parseBytes(`${"=".repeat(1_000_000)}a`)).toBeInstanceOf(Invalid);
  expect(plainDigits(`${"0".repeat(1_000_000)}1`)).toHaveLength(1_000_001);
  expect(performance.now() - started).toBeLessThan(200);
});

test.each([
  ["5", "5"],
  ["-0", "0"],
  ["1e2", "100"],
  ["1.50e1", "15"],
  ["0.15e2", "15"],
  ["-120e-1", "-12"],
  ["0e999999999", "0"],
  ["18446744073709551615.0", "18446744073709551615"],
  ["1e999999999", "9".repeat(21)],
  ["1.5", "1.5"],
  ["1e-1", "1e-1"],
  ["01", "01"],
  ["+1", "+1"],
  ["0x10", "0x10"],
  ["", ""],
])("the plain digits of %s", (text, digits) => expect(plainDigits(text)).toBe(digits));
