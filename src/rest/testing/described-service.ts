import type { MessageInitShape } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createConnectRouter } from "@connectrpc/connect";
import type { HttpRuleSchema } from "../../../gen/google/api/http_pb.js";
import { captureServices } from "../capture.ts";
import { createOpenApi } from "../openapi/document.ts";
import type { OpenApiOptions } from "../openapi/options.ts";
import { defineSchema, field, getService, message, repeated, type TestMethod } from "./schema.ts";

type Rule = MessageInitShape<typeof HttpRuleSchema>;

/** A rule of one of the methods that HTTP has. */
export function rule(
  kind: "get" | "post" | "put" | "patch" | "delete",
  path: string,
  rest: Omit<Rule, "$typeName"> = {},
): Rule {
  return { pattern: { case: kind, value: path }, ...rest };
}

const inner = message("Inner", [
  field("text", 1, Type.STRING),
  field("again", 2, Type.MESSAGE, "test.In"),
  field("at", 3, Type.MESSAGE, "google.protobuf.Timestamp"),
]);
const input = message("In", [
  field("id", 1, Type.STRING),
  field("long_name", 2, Type.INT64),
  field("inner", 3, Type.MESSAGE, "test.Inner"),
  repeated(field("many", 4, Type.BOOL)),
  repeated(field("inners", 5, Type.MESSAGE, "test.Inner")),
  field("if_match", 6, Type.STRING),
  field("file", 7, Type.BYTES),
  field("free", 8, Type.MESSAGE, "google.protobuf.Struct"),
]);
const output = message("Out", [
  field("id", 1, Type.STRING),
  field("inner", 2, Type.MESSAGE, "test.Inner"),
  repeated(field("inners", 3, Type.MESSAGE, "test.Inner")),
  field("etag", 4, Type.STRING),
]);

/** The document of a service with these methods. */
export function documentOf(
  methods: Partial<TestMethod>[],
  options: Partial<OpenApiOptions> = {},
  types: (typeof input)[] = [],
) {
  const definitions = methods.map(
    (method, i): TestMethod => ({ name: `Method${i}`, input: "In", output: "Out", ...method }),
  );
  const schema = defineSchema({ messageType: [inner, input, output, ...types] }, definitions);
  const captured = captureServices(createConnectRouter());
  captured.router.service(getService(schema), {});
  return createOpenApi({
    methods: captured.methods,
    info: { title: "Test", version: "1" },
    ...options,
  });
}

/** The one operation of a service with this method. */
export function operationOf(
  method: Partial<TestMethod>,
  options: Partial<OpenApiOptions> = {},
  types: (typeof input)[] = [],
) {
  const { paths } = documentOf([method], options, types);
  const [path, item] = Object.entries(paths)[0]!;
  const [httpMethod, operation] = Object.entries(item)[0]!;
  return { path, httpMethod, operation };
}
