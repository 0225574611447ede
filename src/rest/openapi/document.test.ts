import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import type { HttpRule } from "../../../gen/google/api/http_pb.js";
import { documentOf, operationOf, rule } from "../testing/described-service.ts";

const names = (parameters: readonly { in: string; name: string }[] | undefined) =>
  parameters?.map((parameter) => `${parameter.in} ${parameter.name}`);

describe("paths", () => {
  test.each([
    ["/a/{id}", "/a/{id}", ["path id"]],
    ["/a/{inner.text}:go", "/a/{inner.text}:go", ["path inner.text"]],
    ["/{id=a/*}", "/a/{id}", ["path id"]],
    ["/{id=a/*/b/*}/c", "/a/{id_1}/b/{id_2}/c", ["path id_1", "path id_2"]],
    ["/a/*/b/{id}", "/a/{segment_1}/b/{id}", ["path segment_1", "path id"]],
    ["/a/{id=**}", "/a/{id}", ["path id"]],
    ["/a%20b/%7B", "/a%20b/%7B", []],
    ["/", "/", []],
  ])("%s is %s", (template, path, parameters) => {
    const { path: written, operation } = operationOf({
      http: rule("post", template, { body: "*" }),
    });
    expect(written).toBe(path);
    expect(names(operation.parameters) ?? []).toEqual(parameters);
  });

  test("say of a variable what OpenAPI cannot", () => {
    const many = operationOf({ http: rule("post", "/a/{id=b/**}", { body: "*" }) }).operation;
    expect(many.parameters).toEqual([
      expect.objectContaining({
        description: expect.stringMatching(/`b\/\*\*`.*any number of segments/),
        schema: { type: "string" },
        "x-multi-segment": true,
      }),
    ]);
    const one = operationOf({ http: rule("post", "/a/{id}", { body: "*" }) }).operation;
    expect(one.parameters?.[0]?.schema).toEqual({ type: "string", minLength: 1 });
  });

  test("of one shape have the names of the first", () => {
    const { paths } = documentOf([
      { http: rule("post", "/a/{id}", { body: "*" }) },
      { http: rule("put", "/a/{long_name}", { body: "*" }) },
    ]);
    expect(Object.keys(paths)).toEqual(["/a/{id}"]);
    expect(names(paths["/a/{id}"]?.put?.parameters)).toEqual(["path id"]);
    expect(paths["/a/{id}"]?.put?.parameters?.[0]?.schema).toMatchObject({ format: "int64" });
  });

  test("that OpenAPI cannot tell apart, and methods it has not, are named", () => {
    const document = documentOf([
      { http: rule("get", "/a/{id}") },
      { http: rule("get", "/a/{id=**}") },
      { http: { pattern: { case: "custom", value: { kind: "PURGE", path: "/a" } } } },
      { http: rule("post", "/up", { body: "*" }), clientStreaming: true },
    ]);
    expect(Object.keys(document.paths)).toEqual(["/a/{id}"]);
    expect(document["x-not-described"]).toEqual([
      "test.Service.Method1, GET /a/{id=**}: OpenAPI cannot tell its path from another one",
      "test.Service.Method2, PURGE /a: OpenAPI has no such HTTP method",
      "test.Service.Method3, POST /up: its request is a stream",
    ]);
  });

  test("each have an operation of a name of its own", () => {
    const { paths } = documentOf([
      {
        name: "Get",
        http: { ...rule("get", "/a"), additionalBindings: [rule("get", "/b") as HttpRule] },
      },
      { name: "Get2", http: rule("get", "/c") },
    ]);
    const ids = Object.values(paths).map((item) => item.get?.operationId);
    expect(ids).toEqual(["get", "get2", "serviceGet2"]);
  });
});

describe("parameters", () => {
  test("are the fields that text can fill, those of inner messages by path", () => {
    const { operation } = operationOf({ http: rule("get", "/a/{id}") });
    expect(names(operation.parameters)).toEqual([
      "path id",
      "query long_name",
      "query inner.text",
      "query inner.at",
      "query many",
      "query if_match",
      "query file",
    ]);
    const schemas = Object.fromEntries(
      operation.parameters!.map(({ name, schema }) => [name, schema]),
    );
    expect(schemas).toMatchObject({
      long_name: { type: "integer", format: "int64" },
      "inner.at": { type: "string", format: "date-time" },
      many: { type: "array", items: { type: "boolean" } },
    });
  });

  test("are spelt as answers are", () => {
    const { operation } = operationOf({ http: rule("get", "/a") }, { json: { names: "json" } });
    expect(names(operation.parameters)).toContain("query longName");
  });

  test("are none beside a body that is the request, and not what the body fills", () => {
    const whole = operationOf({ http: rule("post", "/a", { body: "*" }) }).operation;
    expect(whole.parameters).toBeUndefined();
    const part = operationOf({ http: rule("post", "/a", { body: "inner" }) }).operation;
    expect(names(part.parameters)).not.toContain("query inner.text");
  });

  test("come as headers where a field stands for one", () => {
    const { operation } = operationOf({
      http: rule("get", "/a", { responseBody: "inner" }),
      rest: { ifMatchField: "if_match", etagField: "text", lastEventIdField: "long_name" },
    });
    expect(names(operation.parameters)).toEqual(
      expect.arrayContaining(["header If-Match", "header If-None-Match", "header Last-Event-ID"]),
    );
    expect(names(operation.parameters)).not.toContain("query if_match");
    expect(operation.responses[304]).toBeDefined();
    expect(operation.responses[200]).toMatchObject({ headers: { ETag: {} } });
  });
});

test("all of it is OpenAPI 3.1 to an independent validator", async () => {
  const document = documentOf([
    { http: rule("get", "/{id=a/*/b/**}", { responseBody: "inner" }), rest: { etagField: "text" } },
    {
      http: rule("patch", "/a/{inner.text}:go", { body: "*" }),
      rest: { ifMatchField: "if_match" },
    },
    { http: rule("get", "/s"), serverStreaming: true },
    { http: rule("post", "/up", { body: "*" }), clientStreaming: true },
  ]);
  const validator = new Validator();
  expect(await validator.validate({ ...document })).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});
