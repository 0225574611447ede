import type { MessageInitShape } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createMethodImplSpec } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { HttpRuleSchema } from "../../../gen/google/api/http_pb.js";
import type { MethodRuleSchema } from "../../../gen/rest/v1/annotations_pb.js";
import { createJsonReader } from "../codec/json-reader.ts";
import { restJson } from "../codec/json-style.ts";
import { createJsonWriter } from "../codec/json-writer.ts";
import {
  defineSchema,
  field,
  getService,
  message,
  repeated,
  type TestMethod,
} from "../testing/schema.ts";
import { compileRules } from "./compile-rules.ts";

type Rule = MessageInitShape<typeof HttpRuleSchema>;
type Rest = MessageInitShape<typeof MethodRuleSchema>;

const rule = (kind: "get" | "post", path: string, rest: Omit<Rule, "$typeName"> = {}): Rule => ({
  pattern: { case: kind, value: path },
  ...rest,
});

function compile(...methods: [Rule, Rest?][]) {
  const definitions = methods.map(
    ([http, rest], i): TestMethod => ({
      name: `M${i}`,
      input: "In",
      output: "Out",
      http,
      ...(rest && { rest }),
    }),
  );
  const nested = [field("key", 1, Type.STRING), field("value", 2, Type.STRING)];
  const file = defineSchema(
    {
      messageType: [
        message("Part", [field("name", 1, Type.STRING)]),
        message(
          "In",
          [
            field("id", 1, Type.STRING),
            field("part", 2, Type.MESSAGE, "test.Part"),
            repeated(field("many", 3, Type.STRING)),
            repeated(field("map", 4, Type.MESSAGE, "test.In.MapEntry")),
            field("long_name", 5, Type.STRING),
            field("at", 6, Type.MESSAGE, "google.protobuf.Timestamp"),
          ],
          { nestedType: [message("MapEntry", nested, { options: { mapEntry: true } })] },
        ),
        message("Out", [field("part", 1, Type.MESSAGE, "test.Part"), field("seq", 2, Type.INT32)]),
      ],
    },
    definitions,
  );
  const captured = getService(file).methods.map((method) => ({
    spec: createMethodImplSpec(method, (() => ({})) as never),
    options: {},
  }));
  const codec = { reader: createJsonReader(), writer: createJsonWriter(restJson) };
  return compileRules(captured, {}, codec);
}

describe("compileRules", () => {
  test("takes what http.proto allows", () => {
    const twice = rule("post", "/a/{part.name=x/*}", { body: "part", responseBody: "part" });
    twice.additionalBindings = [rule("get", "/b/{at}", { responseBody: "part" }) as never];
    expect(() =>
      compile([twice, { etagField: "name", ifMatchField: "id", successStatuses: [201, 204] }]),
    ).not.toThrow();
  });

  const cases: [string, [Rule, Rest?], string][] = [
    ["unknown variable", [rule("get", "/{x}")], "test.Service.M0: GET /{x}: variable {x} names no"],
    ["JSON name", [rule("get", "/{longName}")], "names no field"],
    ["repeated", [rule("get", "/{many}")], "variable {many} names a repeated field"],
    ["map", [rule("get", "/{map}")], "variable {map} names a map field"],
    ["message", [rule("get", "/{part}")], "variable {part} names a message field"],
    ["below a scalar", [rule("get", "/{id.x}")], "names no field"],
    ["template", [rule("get", "/a/")], "expected a segment"],
    ["no path", [{}], "test.Service.M0: a google.api.http rule without a path"],
    ["body", [rule("post", "/a", { body: "x" })], "body: test.In has no field x"],
    ["deep body", [rule("post", "/a", { body: "part.name" })], "has no field part.name"],
    ["body in path", [rule("post", "/{id}", { body: "id" })], "field id is in the path too"],
    ["response_body", [rule("get", "/a", { responseBody: "x" })], "response_body: test.Out has no"],
    ["status", [rule("get", "/a"), { successStatuses: [404] }], "404 is no status of success"],
    ["etag", [rule("get", "/a"), { etagField: "x" }], "etag_field: test.Out has no field x"],
    ["scalar etag", [rule("get", "/a", { responseBody: "seq" }), { etagField: "x" }], "no message"],
    ["if_match", [rule("get", "/a"), { ifMatchField: "part" }], "cannot be filled from a header"],
    ["event id", [rule("get", "/a"), { eventIdField: "part" }], "no plain integer or string"],
    [
      "custom",
      [{ pattern: { case: "custom", value: { kind: "A B", path: "/" } } }],
      "no HTTP method",
    ],
  ];
  test.each(cases)("refuses: %s", (_name, method, reason) => {
    expect(() => compile(method)).toThrow(reason);
  });

  test("refuses additional_bindings below additional_bindings", () => {
    const inner = rule("get", "/b", { additionalBindings: [rule("get", "/c") as never] });
    expect(() => compile([rule("get", "/a", { additionalBindings: [inner as never] })])).toThrow(
      "additional_bindings inside of additional_bindings",
    );
  });

  test("names every rule that is wrong", () => {
    const attempt = () =>
      compile([rule("get", "/a/{x}")], [rule("get", "/b")], [rule("get", "/b")]);
    expect(attempt).toThrow(
      /^test\.proto: test\.Service\.M0: GET \/a\/\{x\}: .*\ntest\.proto: test\.Service\.M2: GET \/b: test\.Service\.M1 is bound to the same paths, as \/b$/,
    );
  });
});
