import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { StreamFormat } from "../../../gen/rest/v1/annotations_pb.js";
import { documentOf, operationOf, rule } from "../testing/described-service.ts";
import { field, message, repeated, type TestMethod } from "../testing/schema.ts";
import type { OpenApiOptions } from "./options.ts";

describe("bodies", () => {
  const bodyOf = (body: string, options: Partial<OpenApiOptions> = {}) =>
    operationOf({ http: rule("post", "/a/{id}", { body }) }, options).operation.requestBody
      ?.content;

  test("are the request without what its path fills", () => {
    const { components, paths } = documentOf([{ http: rule("post", "/a/{id}", { body: "*" }) }]);
    const content = paths["/a/{id}"]?.post?.requestBody?.content;
    expect(content?.["application/json"]).toEqual({
      schema: { $ref: "#/components/schemas/InInput" },
    });
    const { properties = {} } = components.schemas.InInput ?? {};
    expect(Object.keys(properties)).not.toContain("id");
    expect(properties.inner).toEqual({
      anyOf: [{ $ref: "#/components/schemas/InnerInput" }, { type: "null" }],
    });
  });

  test("are a field where the rule names one", () => {
    expect(bodyOf("inners")?.["application/json"]).toEqual({
      schema: { type: "array", items: { $ref: "#/components/schemas/InnerInput" } },
    });
    expect(Object.keys(bodyOf("inners") ?? {})).toEqual(["application/json"]);
  });

  test("may be forms: text by path, and in parts files as they are, the rest as JSON", () => {
    const content = bodyOf("*") ?? {};
    const text = content["application/x-www-form-urlencoded"]?.schema?.properties ?? {};
    expect(Object.keys(text)).toEqual([
      "long_name",
      "inner.text",
      "inner.at",
      "many",
      "if_match",
      "file",
    ]);
    const parts = content["multipart/form-data"]?.schema?.properties ?? {};
    expect(parts.file).toMatchObject({ contentMediaType: "application/octet-stream" });
    expect(parts.inners).toMatchObject({ type: "array" });
    expect(parts.inner).toBeDefined();
    expect(Object.keys(bodyOf("*", { forms: false }) ?? {})).toEqual(["application/json"]);
  });

  test.each([true, false])("take unknown members: %s", (ignoreUnknownFields) => {
    const { components } = documentOf([{ http: rule("post", "/a", { body: "*" }) }], {
      ignoreUnknownFields,
    });
    const { additionalProperties } = components.schemas.InInput ?? {};
    expect(additionalProperties).toBe(ignoreUnknownFields ? undefined : false);
  });
});

describe("files", () => {
  const HTTP_BODY = "google.api.HttpBody";
  const file = message("Filed", [
    field("id", 1, Type.STRING),
    field("body", 2, Type.MESSAGE, HTTP_BODY),
    field("upload", 3, Type.MESSAGE, "rest.v1.Upload"),
    repeated(field("uploads", 4, Type.MESSAGE, "rest.v1.Upload")),
  ]);
  const describeFiled = (method: Partial<TestMethod>) =>
    operationOf({ input: "Filed", output: "Filed", ...method }, {}, [file]).operation;

  test("are bodies and answers of any type", () => {
    const operation = describeFiled({
      http: rule("put", "/a/{id}", { body: "body", responseBody: "body" }),
    });
    expect(operation.requestBody?.content).toEqual({ "*/*": {} });
    expect(operation.responses[200]).toMatchObject({ content: { "*/*": {} } });
    const whole = describeFiled({ http: rule("get", "/a"), output: HTTP_BODY });
    expect(whole.responses[200]).toMatchObject({ content: { "*/*": {} } });
  });

  test("come in parts of forms, one or many", () => {
    const operation = describeFiled({ http: rule("post", "/a/{id}", { body: "*" }) });
    const { properties } = operation.requestBody?.content["multipart/form-data"]?.schema ?? {};
    expect(properties).toEqual({
      body: { type: "string", format: "binary", contentMediaType: "application/octet-stream" },
      upload: { type: "string", format: "binary", contentMediaType: "application/octet-stream" },
      uploads: { type: "array", items: properties?.upload },
    });
    expect(operation.requestBody?.content["application/x-www-form-urlencoded"]).toBeUndefined();
  });

  test("come alone in a form where the body is one", () => {
    const { requestBody } = describeFiled({ http: rule("post", "/a", { body: "upload" }) });
    expect(Object.keys(requestBody?.content ?? {})).toEqual([
      "application/json",
      "multipart/form-data",
    ]);
    const { properties = {} } = requestBody?.content["multipart/form-data"]?.schema ?? {};
    expect(Object.keys(properties)).toEqual(["upload"]);
  });
});

describe("answers", () => {
  const answersOf = (method: Partial<TestMethod>) => operationOf(method).operation.responses;

  test("are what response_body names, under each status of success", () => {
    const responses = answersOf({
      http: rule("delete", "/a", { responseBody: "inners" }),
      rest: { successStatuses: [202, 204] },
    });
    expect(responses[202]).toMatchObject({
      content: {
        "application/json": {
          schema: { type: "array", items: { $ref: "#/components/schemas/Inner" } },
        },
      },
    });
    expect(responses[204]).toEqual({ description: "No Content" });
    expect(responses[200]).toBeUndefined();
  });

  test("of streams come in three forms, the default of the method first", () => {
    const responses = answersOf({
      http: rule("get", "/a"),
      serverStreaming: true,
      rest: { defaultStreamFormat: StreamFormat.NDJSON },
    });
    const record = { $ref: "#/components/schemas/Out" };
    const { content = {} } = responses[200] as { content?: object };
    expect(Object.entries(content)).toEqual([
      ["application/x-ndjson", { schema: record }],
      ["text/event-stream", { schema: record }],
      ["application/json", { schema: { type: "array", items: record } }],
    ]);
  });

  test("that fail have the service's form, and those with a name are kept once", () => {
    const document = documentOf([{ http: rule("get", "/a") }, { http: rule("get", "/b") }], {
      error: { name: "Problem", schema: { type: "object" } },
      extras: ({ operationId }) => ({
        comment: `Does it. As ${operationId} does.`,
        headers: [{ name: "X-Key", in: "header", schema: { type: "string" } }],
        answerHeaders: { "X-Took": { schema: { type: "string" } } },
        errors: [
          { status: 404, description: "none" },
          { status: 500, description: "broken", name: "Broken" },
        ],
      }),
    });
    const content = { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } };
    expect(document.components.responses).toEqual({ Broken: { description: "broken", content } });
    expect(document.paths["/b"]?.get).toMatchObject({
      summary: "Does it",
      description: "As method1 does.",
      parameters: expect.arrayContaining([expect.objectContaining({ name: "X-Key" })]),
      responses: {
        200: { headers: { "X-Took": {} } },
        404: { description: "none", content },
        500: { $ref: "#/components/responses/Broken" },
      },
    });
  });
});
