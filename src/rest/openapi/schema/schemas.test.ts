import { create, type DescMessage, setExtension } from "@bufbuild/protobuf";
import {
  FieldOptionsSchema,
  MessageOptionsSchema,
  OneofOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FieldRulesSchema,
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from "../../../../gen/buf/validate/validate_pb.js";
import { FieldBehavior, field_behavior } from "../../../../gen/google/api/field_behavior_pb.js";
import { HttpRuleSchema } from "../../../../gen/google/api/http_pb.js";
import { ListEventsResponseSchema } from "../../../../gen/parley/v1/conversation_queries_pb.js";
import { type JsonStyle, protoJson, restJson } from "../../codec/json-style.ts";
import { createJsonWriter } from "../../codec/json-writer.ts";
import { AllDesc } from "../../testing/all-types.ts";
import { arbitraryMessage } from "../../testing/arbitrary-message.ts";
import { arbitrarySchema } from "../../testing/arbitrary-schema.ts";
import { SchemaChecks } from "../../testing/json-schema.ts";
import { defineSchema, field, getMessage, message, repeated } from "../../testing/schema.ts";
import { type Direction, messagesWithin, Schemas } from "./schemas.ts";

function schemasOf(answers: DescMessage[], style: JsonStyle = restJson) {
  const answered = messagesWithin(answers);
  return new Schemas({ style, comments: new Map(), answered, ignoresUnknown: false });
}

function schemaOf(desc: DescMessage, direction: Direction, style: JsonStyle = restJson) {
  const schemas = schemasOf([], style);
  const { $ref = "" } = schemas.message(desc, direction);
  const { components } = schemas;
  const name = $ref.slice($ref.lastIndexOf("/") + 1);
  const check = new SchemaChecks({ components: { schemas: components } }).at([
    "components",
    "schemas",
    name,
  ]);
  return { schema: components[name]!, components, check };
}

describe("what the codec writes is as the schema says", () => {
  const types: [string, DescMessage][] = [
    AllDesc,
    ListEventsResponseSchema,
    HttpRuleSchema,
    FieldRulesSchema, // proto2
  ].map((desc) => [desc.typeName, desc]);
  const styles: [string, JsonStyle][] = [
    ["REST", restJson],
    ["the standard", protoJson],
  ];
  test.each(
    types.flatMap(([name, desc]) =>
      styles.map(([style, json]) => [name, style, desc, json] as const),
    ),
  )("%s in the style of %s", (_name, _style, desc, style) => {
    const write = createJsonWriter(style).message(desc);
    const { check } = schemaOf(desc, "output", style);
    const { check: checkInput } = schemaOf(desc, "input", style);
    fc.assert(
      fc.property(arbitraryMessage(desc), (value) => {
        const json = JSON.parse(write(value));
        expect(check(json)).toEqual([]);
        expect(checkInput(json)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("for schemas made at random", () => {
    const samples = arbitrarySchema({ required: false }).chain((registry) => {
      const desc = getMessage(registry, "M0");
      return arbitraryMessage(desc).map((value) => ({ desc, value }));
    });
    fc.assert(
      fc.property(samples, ({ desc, value }) => {
        const json = JSON.parse(createJsonWriter(restJson).message(desc)(value));
        expect(schemaOf(desc, "output").check(json)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("and every member that is always written is required", () => {
    const { schema } = schemaOf(AllDesc, "output");
    const written = JSON.parse(createJsonWriter(restJson).message(AllDesc)(create(AllDesc)));
    expect(schema.required).toEqual(Object.keys(written));
  });
});

type Rules = Parameters<typeof create<typeof FieldRulesSchema>>[1];

function ruled(name: string, number: number, type: Type, rules: Rules, typeName?: string) {
  const options = create(FieldOptionsSchema);
  setExtension(options, fieldRules, create(FieldRulesSchema, rules));
  return { ...field(name, number, type, typeName), options };
}

function behaving(name: string, number: number, behavior: FieldBehavior) {
  const options = create(FieldOptionsSchema);
  setExtension(options, field_behavior, [behavior]);
  return { ...field(name, number, Type.STRING), options };
}

const messageOptions = create(MessageOptionsSchema);
setExtension(messageOptions, messageRules, {
  $typeName: "buf.validate.MessageRules",
  cel: [{ $typeName: "buf.validate.Rule", id: "x", message: "a needs b", expression: "true" }],
} as never);
const oneofOptions = create(OneofOptionsSchema);
setExtension(oneofOptions, oneofRules, {
  $typeName: "buf.validate.OneofRules",
  required: true,
} as never);

const entry = message(
  "LabelsEntry",
  [field("key", 1, Type.STRING), field("value", 2, Type.STRING)],
  {
    options: { mapEntry: true },
  },
);
const limited = defineSchema({
  enumType: [
    {
      name: "Kind",
      value: ["KIND_UNSPECIFIED", "KIND_A", "KIND_B"].map((name, number) => ({ name, number })),
    },
  ],
  messageType: [
    message(
      "Limited",
      [
        ruled("name", 1, Type.STRING, {
          type: { case: "string", value: { minLen: 1n, maxLen: 5n, maxBytes: 3n, pattern: "^a" } },
        }),
        {
          ...ruled("count", 2, Type.INT32, {
            type: {
              case: "int32",
              value: {
                greaterThan: { case: "gte", value: 1 },
                lessThan: { case: "lte", value: 9 },
              },
            },
          }),
          proto3Optional: true,
          oneofIndex: 1,
        },
        ruled(
          "kind",
          3,
          Type.ENUM,
          { type: { case: "enum", value: { notIn: [0, 2] } } },
          "test.Kind",
        ),
        repeated(
          ruled("tags", 4, Type.STRING, {
            type: {
              case: "repeated",
              value: {
                minItems: 1n,
                maxItems: 2n,
                items: { type: { case: "string", value: { maxLen: 4n } } },
              },
            },
          }),
        ),
        repeated(
          ruled(
            "labels",
            5,
            Type.MESSAGE,
            {
              type: {
                case: "map",
                value: {
                  maxPairs: 1n,
                  keys: { type: { case: "string", value: { minLen: 2n } } },
                  values: { type: { case: "string", value: { maxLen: 3n } } },
                },
              },
            },
            "test.Limited.LabelsEntry",
          ),
        ),
        ruled(
          "ttl",
          6,
          Type.MESSAGE,
          {
            type: {
              case: "duration",
              value: {
                greaterThan: { case: "gte", value: { seconds: 1n } },
                lessThan: { case: "lte", value: { seconds: 60n } },
              },
            },
          },
          "google.protobuf.Duration",
        ),
        behaving("made", 7, FieldBehavior.OUTPUT_ONLY),
        behaving("secret", 8, FieldBehavior.INPUT_ONLY),
        { ...field("one", 9, Type.STRING), oneofIndex: 0 },
        { ...field("other", 10, Type.ENUM, "test.Kind"), oneofIndex: 0 },
      ],
      {
        options: messageOptions,
        oneofDecl: [{ name: "choice", options: oneofOptions }, { name: "_count" }],
        nestedType: [entry],
      },
    ),
  ],
});
const Limited = getMessage(limited, "Limited");

describe("requests", () => {
  const { schema, check } = schemaOf(Limited, "input");
  const good = { name: "abc", kind: "a", tags: ["x"], one: "y" };

  test.each<[string, object]>([
    ["is the least there has to be", {}],
    ["has everything", { count: 9, labels: { ab: "c" }, ttl: "1.5s", made: "x", secret: "s" }],
    ["has null for what may be unset", { count: null, ttl: null }],
  ])("a request that %s", (_name, more) => {
    expect(check({ ...good, ...more })).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["a text that is too short", { name: "" }, "/name must NOT have fewer than 1"],
    [
      "a text with more code points than bytes",
      { name: "abcd" },
      "/name must NOT have more than 3",
    ],
    ["a text that does not match", { name: "b" }, "/name must match pattern"],
    ["a number that is too small", { count: 0 }, "/count must be >= 1"],
    ["a number that is too large", { count: 10 }, "/count must be <= 9"],
    ["a name of a number that is refused", { kind: "b" }, "/kind must NOT be valid"],
    ["null for what must be given", { kind: null }, "/kind must be string"],
    ["too few items", { tags: [] }, "/tags must NOT have fewer than 1"],
    ["too many items", { tags: ["x", "y", "z"] }, "/tags must NOT have more than 2"],
    ["an item that is too long", { tags: ["abcde"] }, "/tags/0 must NOT have more than 4"],
    ["too many entries", { labels: { aa: "", bb: "" } }, "/labels must NOT have more than 1"],
    ["a key that is too short", { labels: { a: "" } }, "/labels must NOT have fewer than 2"],
    [
      "a value that is too long",
      { labels: { aa: "abcd" } },
      "/labels/aa must NOT have more than 3",
    ],
    ["a duration in words", { ttl: "1 minute" }, "/ttl must match pattern"],
    ["two of a oneof", { other: "a" }, " must match exactly one schema"],
    ["a member nobody has", { extra: 1 }, " must NOT have additional properties"],
  ])("but not %s", (_name, more, problem) => {
    expect(check({ ...good, ...more })).toContainEqual(expect.stringContaining(problem));
  });

  test.each(["name", "kind", "tags"])("nor one without %s, which its rules need", (name) => {
    const { [name]: _, ...without } = good as Record<string, unknown>;
    expect(check(without)).toEqual([expect.stringContaining(`required property '${name}'`)]);
  });

  test("nor one without any member of a oneof that needs one", () => {
    const { one: _, ...without } = good;
    expect(check(without)).toContainEqual(expect.stringContaining("exactly one schema"));
  });

  test("say in words what JSON Schema cannot", () => {
    expect(schema.description).toContain("- a needs b");
    expect(schema.properties).toMatchObject({
      name: { "x-max-bytes": 3 },
      ttl: { "x-minimum": "1s", "x-maximum": "60s" },
      made: { readOnly: true },
      secret: { writeOnly: true },
    });
  });
});

test("answers are complete, have no limits, and nothing that only callers send", () => {
  const { schema, check } = schemaOf(Limited, "output");
  expect(schema.required).toEqual(["name", "count", "kind", "tags", "labels", "ttl", "made"]);
  expect(Object.keys(schema.properties ?? {})).not.toContain("secret");
  expect(schema.properties?.made).toEqual({ type: "string", readOnly: true });
  const answer = { name: "", count: null, kind: null, tags: [], labels: {}, ttl: null, made: "" };
  expect(check(answer)).toEqual([]);
  expect(check({ ...answer, one: "x" })).toEqual([]);
  expect(check({ ...answer, newer: 1 })).toEqual([]);
  expect(check({ ...answer, one: "x", other: "a" })).not.toEqual([]);
});

test("a type that goes both ways has a name for each", () => {
  const schemas = schemasOf([Limited]);
  expect(schemas.message(Limited, "input")).toEqual({ $ref: "#/components/schemas/LimitedInput" });
  expect(schemas.message(Limited, "output")).toEqual({ $ref: "#/components/schemas/Limited" });
  expect(schemas.message(Limited, "input", new Set(["name"])).$ref).toBe(
    "#/components/schemas/test.LimitedInput",
  );
});
