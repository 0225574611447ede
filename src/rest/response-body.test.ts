import { createServer } from "node:http";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureServices } from "./capture.ts";
import { createRest } from "./rest.ts";
import { defineSchema, field, getService, message, repeated } from "./testing/schema.ts";
import { listen } from "./testing/small-service.ts";

const fields = [
  field("text", 1, Type.STRING),
  field("small", 2, Type.INT32),
  field("large", 3, Type.INT64),
  field("real", 4, Type.DOUBLE),
  field("on", 5, Type.BOOL),
  field("data", 6, Type.BYTES),
  field("color", 7, Type.ENUM, "test.Color"),
  { ...field("maybe", 8, Type.STRING), proto3Optional: true, oneofIndex: 1 },
  field("choice", 9, Type.STRING),
  field("item", 10, Type.MESSAGE, "test.Item"),
  field("at", 11, Type.MESSAGE, "google.protobuf.Timestamp"),
  field("document", 12, Type.MESSAGE, "google.protobuf.Struct"),
  field("wrapped", 13, Type.MESSAGE, "google.protobuf.StringValue"),
  repeated(field("items", 14, Type.MESSAGE, "test.Item")),
  repeated(field("numbers", 15, Type.INT32)),
  repeated(field("labels", 16, Type.MESSAGE, "test.Told.LabelsEntry")),
  field("value", 17, Type.MESSAGE, "google.protobuf.Value"),
].map((each) => (each.name === "choice" ? { ...each, oneofIndex: 0 } : each));

const names = fields.map(({ name }) => name!);
const entry = [field("key", 1, Type.STRING), field("value", 2, Type.STRING)];
const service = getService(
  defineSchema(
    {
      enumType: [
        {
          name: "Color",
          value: [
            { name: "COLOR_UNSPECIFIED", number: 0 },
            { name: "COLOR_RED", number: 1 },
          ],
        },
      ],
      messageType: [
        message("Ask", [field("full", 1, Type.BOOL)]),
        message("Item", [field("name", 1, Type.STRING)]),
        message("Told", fields, {
          oneofDecl: [{ name: "one" }, { name: "_maybe" }],
          nestedType: [message("LabelsEntry", entry, { options: { mapEntry: true } })],
        }),
      ],
    },
    names.map((name) => ({
      name: `Get_${name}`,
      input: "Ask",
      output: "Told",
      http: { pattern: { case: "get", value: `/${name}` }, responseBody: name },
    })),
  ),
);

const full = {
  text: "a",
  small: 1,
  large: 2n,
  real: 0.5,
  on: true,
  data: Uint8Array.of(1),
  color: 1,
  maybe: "",
  one: { case: "choice", value: "b" },
  item: { name: "c" },
  at: { seconds: 0n, nanos: 0 },
  document: { d: null },
  wrapped: "",
  items: [{ name: "e" }, {}],
  numbers: [0, 1],
  labels: { f: "g" },
  value: { kind: { case: "boolValue", value: true } },
};

let base: string;
const server = createServer();
beforeAll(async () => {
  const captured = captureServices(createConnectRouter());
  for (const method of service.methods) {
    captured.router.rpc(method, ((ask: { full: boolean }) => (ask.full ? full : {})) as never);
  }
  server.on("request", createRest({ methods: captured.methods }));
  base = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(() => {
  server.close();
});

describe("response_body is bare JSON", () => {
  test.each([
    ["text", '""', '"a"'],
    ["small", "0", "1"],
    ["large", "0", "2"],
    ["real", "0", "0.5"],
    ["on", "false", "true"],
    ["data", '""', '"AQ=="'],
    ["color", "null", '"red"'],
    ["maybe", "null", '""'],
    ["choice", "null", '"b"'],
    ["item", "null", '{"name":"c"}'],
    ["at", "null", '"1970-01-01T00:00:00Z"'],
    ["document", "null", '{"d":null}'],
    ["wrapped", "null", '""'],
    ["items", "[]", '[{"name":"e"},{"name":""}]'],
    ["numbers", "[]", "[0,1]"],
    ["labels", "{}", '{"f":"g"}'],
    ["value", "null", "true"],
  ])("%s: absent %s, present %s", async (name, absent, present) => {
    for (const [query, expected] of [
      ["", absent],
      ["?full=true", present],
    ]) {
      const response = await fetch(`${base}/${name}${query}`);
      expect([response.status, await response.text()]).toEqual([200, expected]);
      expect(response.headers.get("content-type")).toBe("application/json");
    }
  });
});
