import type { MessageInitShape } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createMethodImplSpec } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { HttpRuleSchema } from "../../../../gen/google/api/http_pb.js";
import { createJsonReader } from "../../codec/json-reader.ts";
import { restJson } from "../../codec/json-style.ts";
import { createJsonWriter } from "../../codec/json-writer.ts";
import { compileRules, RuleError } from "../../rule/compile-rules.ts";
import { defineSchema, field, getService, message, repeated } from "../schema.ts";
import { REFUSED } from "./reference-case.ts";
import { checkGroups } from "./reference-check.ts";
import { ACCEPTED, envoyRules, grpcGatewayRules, vanguardRules } from "./rules.ts";

const rule = message(
  "Rule",
  [
    field("string", 1, Type.STRING),
    field("string_value", 2, Type.STRING),
    repeated(field("double_list", 3, Type.DOUBLE)),
    field("nested", 4, Type.MESSAGE, "test.Nested"),
    field("recursive", 5, Type.MESSAGE, "test.Rule"),
    field("body", 6, Type.STRING),
    field("body1", 7, Type.STRING),
    { ...field("field1", 8, Type.STRING), proto3Optional: true, oneofIndex: 0 },
  ],
  { oneofDecl: [{ name: "_field1" }] },
);

/** `GET /path body=field` as a custom rule, which takes every method alike. */
function parseBinding(text: string): MessageInitShape<typeof HttpRuleSchema> {
  const [target = "", body = ""] = text.split(" body=");
  const [kind = "", path = ""] = target.split(" ");
  return path === ""
    ? { body }
    : { pattern: { case: "custom", value: { kind, path } }, body: body.trim() };
}

function compile(text: string): string {
  const [first, ...additionalBindings] = text.split(" + ").map(parseBinding);
  const file = defineSchema(
    { messageType: [rule, message("Nested", [field("value", 1, Type.STRING)])] },
    [
      {
        name: "Echo",
        input: "Rule",
        output: "Rule",
        http: { ...first, additionalBindings } as never,
      },
    ],
  );
  const captured = getService(file).methods.map((method) => ({
    spec: createMethodImplSpec(method, (() => ({})) as never),
    options: {},
  }));
  try {
    compileRules(captured, {}, { reader: createJsonReader(), writer: createJsonWriter(restJson) });
    return ACCEPTED;
  } catch (error) {
    if (error instanceof RuleError) return REFUSED;
    throw error;
  }
}

describe("rules of the references", () => {
  test.each([
    ["Vanguard", vanguardRules, { agree: 11, differ: 0 }],
    ["grpc-gateway", grpcGatewayRules, { agree: 13, differ: 3 }],
    ["Envoy", envoyRules, { agree: 8, differ: 0 }],
  ])("%s", (_name, groups, counts) => {
    expect(checkGroups(groups, () => compile)).toEqual({ ...counts, wrong: [] });
  });
});
