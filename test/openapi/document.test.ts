import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { createConnectRouter } from "@connectrpc/connect";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { http as httpOption } from "../../gen/google/api/annotations_pb.js";
import { registerServices, SERVICES } from "../../src/api/index.ts";
import type { Context } from "../../src/context.ts";
import { REASONS } from "../../src/domain/errors.ts";
import { captureServices } from "../../src/rest/index.ts";
import type { Content } from "../../src/rest/openapi/index.ts";
import { ApiDescription } from "../support/openapi.ts";

const api = new ApiDescription();
const { document, operations } = api;

describe("the OpenAPI document", () => {
  it("is one, to an independent validator", async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...document })).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("describes every service that is served, and leaves nothing out", () => {
    const captured = captureServices(createConnectRouter());
    // Handlers look at their context when they are called, and here none is.
    registerServices(captured.router, {} as Context);
    const served = new Set(captured.methods.map(({ spec }) => spec.method.parent));
    expect([...served]).toEqual([...SERVICES]);
    const bindings = captured.methods.map(({ spec }) => bindingsOf(spec.method));
    expect(operations).toHaveLength(bindings.reduce((sum, count) => sum + count, 0));
    expect(document["x-not-described"]).toBeUndefined();
  });

  it("gives every operation a name of its own, a summary, and a tag that is described", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Map(document.tags.map(({ name, description }) => [name, description]));
    for (const { operation } of operations) {
      expect(operation.summary, operation.operationId).toMatch(/^[A-Z]/);
      for (const tag of operation.tags) expect(tags.get(tag), tag).toBeTruthy();
    }
  });

  it("declares the variables of each path, and no others", () => {
    for (const { operation, template } of operations) {
      const declared = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
      const names = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      expect(declared.map(({ name }) => name)).toEqual(names);
    }
  });

  it("refers to nothing that is not there, and keeps nothing that nobody refers to", () => {
    const referred = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if ("$ref" in value && typeof value.$ref === "string") referred.add(value.$ref);
      for (const inner of Object.values(value)) visit(inner);
    };
    visit(document);
    const { schemas, responses = {} } = document.components;
    const there = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
    ];
    expect([...referred].sort()).toEqual(there.sort());
  });

  it("describes every property and every parameter", () => {
    const { schemas } = document.components;
    const silent = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, schema]) => schema.description === undefined)
        .map(([property]) => `${name}.${property}`),
    );
    const parameters = operations.flatMap(({ operation }) => operation.parameters ?? []);
    const unsaid = parameters.filter(({ description }) => !description).map(({ name }) => name);
    expect([...silent, ...unsaid]).toEqual([]);
  });

  it("names under each status only reasons that have it", () => {
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const text = "description" in response ? response.description : "";
        for (const [, reason = ""] of text.matchAll(/^- `(\w+)`:/gm)) {
          expect(REASONS[reason as keyof typeof REASONS]?.http, reason).toBe(Number(status));
        }
      }
    }
  });

  it("shows examples that are as their schemas say", () => {
    let shown = 0;
    const visit = (value: unknown, path: (string | number)[]): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [type, media] of Object.entries((value as { content?: Content }).content ?? {})) {
        for (const [name, example] of Object.entries(media.examples ?? {})) {
          const schema = [...path, "content", type, "schema"];
          expect(api.problems(schema, example.value), `${path.join(" ")} ${name}`).toEqual([]);
          shown++;
        }
      }
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
    };
    visit(document, []);
    expect(shown).toBeGreaterThan(30);
  });
});

/** How many ways over REST a method has. */
function bindingsOf(method: DescMethod): number {
  return 1 + getOption(method, httpOption).additionalBindings.length;
}
