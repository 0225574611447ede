import {
  create,
  createRegistry,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  setExtension,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  FieldOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldRulesSchema } from "../../../gen/buf/validate/validate_pb.js";
import { FieldBehavior, field_behavior } from "../../../gen/google/api/field_behavior_pb.js";
import { HttpRuleSchema } from "../../../gen/google/api/http_pb.js";
import { BadRequestSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ListEventsResponseSchema } from "../../../gen/parley/v1/conversation_queries_pb.js";
import { CreateSessionRequestSchema } from "../../../gen/parley/v1/session_commands_pb.js";
import { SessionSchema, SessionStatus } from "../../../gen/parley/v1/session_pb.js";
import { AllDesc } from "../testing/all-types.ts";
import { arbitraryMessage } from "../testing/arbitrary-message.ts";
import { defineSchema, field, getField, getMessage, message } from "../testing/schema.ts";
import { createJsonReader } from "./json-reader.ts";
import { protoJson, restJson } from "./json-style.ts";
import { createJsonWriter } from "./json-writer.ts";
import { MAX_DEPTH } from "./read-context.ts";
import { Violations } from "./violation.ts";

const registry = createRegistry(BadRequestSchema, SessionSchema);
const standard = createJsonWriter(protoJson, registry);
const rest = createJsonWriter(restJson, registry);
const reader = createJsonReader(registry);

function read(desc: DescMessage, json: unknown) {
  const violations = new Violations();
  const message = create(desc);
  const fill = reader.object(desc, new Set());
  fill(message as never, json, { violations, depth: MAX_DEPTH });
  return { message, problems: violations.list.map((v) => `${v.field} ${v.description}`) };
}

function show(desc: DescMessage, message: Message): JsonValue {
  return JSON.parse(rest.message(desc)(message));
}

const types: [string, DescMessage][] = [
  AllDesc,
  ListEventsResponseSchema,
  CreateSessionRequestSchema,
  HttpRuleSchema,
  FieldRulesSchema, // proto2: presence on the prototype
].map((desc) => [desc.typeName, desc]);

describe.each(types)("any %s", (_name, desc) => {
  const messages = arbitraryMessage(desc, desc === AllDesc ? 1 : 2);

  test("is written as protobuf-es writes it, in the standard style", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const expected = toJson(desc, message, { alwaysEmitImplicit: true, registry });
        const text = standard.message(desc)(message);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 100 },
    );
  });

  test("is read as protobuf-es reads it", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const json = JSON.parse(JSON.stringify(toJson(desc, message, { registry })));
        const { message: copy, problems } = read(desc, json);
        expect(problems).toEqual([]);
        const expected = fromJson(desc, json, { registry });
        expect(toBinary(desc, copy)).toEqual(toBinary(desc, expected));
      }),
      { numRuns: 100 },
    );
  });

  test("comes back from REST's style", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { message: copy, problems } = read(desc, show(desc, message));
        expect(problems).toEqual([]);
        expect(show(desc, copy)).toEqual(show(desc, message));
      }),
      { numRuns: 100 },
    );
  });
});

describe("REST's style", () => {
  const text = (message: Message) => rest.message(AllDesc)(message);
  const all = (init: Record<string, unknown>) => show(AllDesc, create(AllDesc, init));

  test("64-bit integers are numbers where a double is exact", () => {
    const exact = create(AllDesc, { oneInt64: -(2n ** 53n), oneUint64: 2n ** 53n });
    expect(text(exact)).toContain('"one_int64":-9007199254740992');
    expect(text(exact)).toContain('"one_uint64":9007199254740992');
    const beyond = create(AllDesc, { oneInt64: -(2n ** 53n) - 1n, oneUint64: 2n ** 64n - 1n });
    expect(text(beyond)).toContain('"one_int64":"-9007199254740993"');
    expect(text(beyond)).toContain('"one_uint64":"18446744073709551615"');
  });

  test("what is unset is null, a member of a oneof is left out", () => {
    expect(all({})).toMatchObject({
      one_string: "",
      one_bool: false,
      many_int32: [],
      by_string: {},
      maybe_string: null,
      wkt_timestamp: null,
      wkt_string_value: null,
      self: null,
      color: null,
    });
    expect(all({})).not.toHaveProperty("choice_string");
    expect(all({ choice: { case: "choiceString", value: "" } })).toHaveProperty(
      "choice_string",
      "",
    );
  });

  test("enums are short, unless that would be ambiguous", () => {
    const colors = [0, 1, -5, 3, 4, 99];
    expect(all({ colors })).toHaveProperty("colors", [
      "unspecified",
      "color_red",
      "dark_blue",
      "color_3",
      "red",
      99,
    ]);
  });

  test("an Any of an unknown type keeps its bytes", () => {
    const any = anyPack(SessionSchema, create(SessionSchema, { sessionId: "s" }));
    expect(show(AnySchema, any)).toMatchObject({
      "@type": "type.googleapis.com/parley.v1.Session",
      session_id: "s",
    });
    const blind = createJsonWriter(restJson).message(AnySchema)(any);
    expect(JSON.parse(blind)).toEqual({
      "@type": "type.googleapis.com/parley.v1.Session",
      value: Buffer.from(any.value).toString("base64"),
    });
  });

  test("one field alone is never absent", () => {
    const lone = (name: string) => rest.field(getField(AllDesc, name))(create(AllDesc));
    expect(lone("many_int32")).toBe("[]");
    expect(lone("by_string")).toBe("{}");
    expect(lone("self")).toBe("null");
    expect(lone("one_int32")).toBe("0");
    expect(lone("choice_string")).toBe("null");
  });

  test("INPUT_ONLY is never written, OUTPUT_ONLY never read", () => {
    const { message, problems } = read(SessionSchema, { status: 12.5, title: "t" });
    expect(problems).toEqual([]);
    expect(message).toMatchObject({ title: "t", status: SessionStatus.UNSPECIFIED });
    const secret = defineSecret();
    expect(rest.message(secret)(create(secret, { open: "a", hidden: "b" }))).toBe('{"open":"a"}');
  });
});

describe("reading", () => {
  const cases: [string, unknown, string][] = [
    ["unknown field", { nothing: 1 }, "nothing is not a field here"],
    [
      "unknown field below",
      { self: { selves: [{}, { x: 1 }] } },
      "self.selves[1].x is not a field",
    ],
    ["both names", { one_bool: true, oneBool: true }, "oneBool is given twice"],
    ["two members of a oneof", { choice_int32: 1, choice_bool: true }, "choice_bool excludes"],
    ["null in a list", { many_int32: [1, null] }, "many_int32[1] must not be null"],
    ["null in a map", { by_string: { a: null } }, 'by_string["a"] must not be null'],
    ["bad key", { by_int: { x: 1 } }, 'by_int["x"] has a key that must be an integer'],
    ["no list", { many_int32: {} }, "many_int32 must be an array"],
    ["no message", { self: [] }, "self must be an object"],
    [
      "out of range",
      { one_int32: 2 ** 31 },
      "one_int32 must be between -2147483648 and 2147483647",
    ],
    ["below zero", { one_uint32: -1 }, "one_uint32 must be between 0"],
    ["fraction", { one_int32: 1.5 }, "one_int32 must be an integer"],
    ["hexadecimal", { one_int32: "0x10" }, "one_int32 must be an integer"],
    ["inexact", { one_int64: 2 ** 60 }, "one_int64 is beyond 2^53"],
    ["64-bit range", { one_uint64: "18446744073709551616" }, "one_uint64 must be between 0"],
    ["float range", { one_float: 1e39 }, "one_float must be a number that fits"],
    ["infinite literal", { one_double: Number.POSITIVE_INFINITY }, "one_double must be a number"],
    ["infinite in a Struct", { wkt_struct: { a: [1 / 0] } }, "wkt_struct must not hold numbers"],
    ["bool as text", { one_bool: "true" }, "one_bool must be true or false"],
    ["bytes", { one_bytes: "a*" }, "one_bytes must be base64"],
    ["surrogate", { one_string: "\ud800" }, "one_string must be valid Unicode text"],
    ["a bool key that is a parameter", { by_bool: { 1: {} } }, 'by_bool["1"] has a key that must'],
    ["one key twice", { by_int: { "0": 1, "-0": 1 } }, 'by_int["-0"] is given twice'],
    ["enum", { color: "green" }, "color must be one of color_red"],
    ["time", { wkt_timestamp: "2026-02-30T00:00:00Z" }, "wkt_timestamp must be an RFC 3339 time"],
    ["duration", { wkt_duration: "13h" }, "wkt_duration must be a duration"],
    ["small letters in a time", { wkt_timestamp: "2026-01-02t03:04:05z" }, "wkt_timestamp must be"],
    ["mask", { wkt_field_mask: "a,,b" }, "wkt_field_mask must be field names"],
    ["list value", { wkt_list_value: {} }, "wkt_list_value must be an array"],
  ];
  test.each(cases)("refuses: %s", (_name, json, problem) => {
    expect(read(AllDesc, json).problems).toEqual([expect.stringContaining(problem)]);
  });

  test("takes nulls as unset, and both names and enum spellings", () => {
    const { message, problems } = read(AllDesc, {
      one_string: null,
      choice_int32: null,
      choiceBool: true,
      color: "DARK_blue",
      colors: ["COLOR_RED", "color_red", 1, "1"],
      wkt_field_mask: "aB,c_d",
    });
    expect(problems).toEqual([]);
    expect(message).toMatchObject({
      oneString: "",
      choice: { case: "choiceBool", value: true },
      color: -5,
      colors: [1, 1, 1, 1],
      wktFieldMask: { paths: ["a_b", "c_d"] },
    });
  });

  test("reports what is wrong everywhere, but no more than 16 times", () => {
    const json = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`x${i}`, 1]));
    expect(read(AllDesc, json).problems).toHaveLength(16);
  });

  test("__proto__ is a key like any other", () => {
    const json = JSON.parse('{"by_string":{"__proto__":"YQ=="},"wkt_struct":{"__proto__":1}}');
    const { message, problems } = read(AllDesc, json);
    expect(problems).toEqual([]);
    expect(text(message)).toContain('"by_string":{"__proto__":"YQ=="}');
    expect(text(message)).toContain('"wkt_struct":{"__proto__":1}');
    expect(read(AllDesc, JSON.parse('{"__proto__":1}')).problems).toHaveLength(1);
  });

  const text = (message: Message) => rest.message(AllDesc)(message);
});

function defineSecret(): DescMessage {
  const options = create(FieldOptionsSchema);
  setExtension(options, field_behavior, [FieldBehavior.INPUT_ONLY]);
  const hidden = { ...field("hidden", 2, Type.STRING), options };
  const file = defineSchema({
    messageType: [message("Secret", [field("open", 1, Type.STRING), hidden])],
  });
  return getMessage(file, "Secret");
}
