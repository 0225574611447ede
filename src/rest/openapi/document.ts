import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { createJsonReader } from "../codec/json-reader.ts";
import { restJson } from "../codec/json-style.ts";
import { createJsonWriter } from "../codec/json-writer.ts";
import type { Binding } from "../rule/binding.ts";
import { compileRules } from "../rule/compile-rules.ts";
import type { OpenApiDocument, PathItem, Schema, Tag } from "./open-api.ts";
import { describeOperation, type OperationParts } from "./operation.ts";
import { OperationIds } from "./operation-ids.ts";
import type { OpenApiOptions } from "./options.ts";
import { type OpenApiPath, openApiPath, renameWildcards } from "./path.ts";
import { messagesWithin, Schemas } from "./schema/schemas.ts";

/** The HTTP methods OpenAPI 3.1 has a place for. */
const METHODS = new Set(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"]);

const STATUS: Schema = {
  type: "object",
  properties: {
    code: { type: "integer", format: "int32" },
    message: { type: "string" },
    details: { type: "array", items: { type: "object", required: ["@type"] } },
  },
  required: ["code", "message", "details"],
};

/**
 * Describes the REST form of methods as an OpenAPI 3.1 document, from the same
 * compiled bindings that `createRest` serves. What OpenAPI has no words for stands
 * in `x-not-described`. Throws a RuleError as `createRest` does.
 */
export function createOpenApi(options: OpenApiOptions): OpenApiDocument {
  const style = { ...restJson, ...options.json };
  const codec = { reader: createJsonReader(), writer: createJsonWriter(style) };
  const { routes } = compileRules(options.methods, options, codec);
  const schemas = new Schemas({
    style,
    comments: options.comments ?? new Map(),
    answered: messagesWithin(answers(routes)),
    ignoresUnknown: options.ignoreUnknownFields ?? false,
  });
  const error = options.error ?? { name: "Status", schema: STATUS };
  const parts: OperationParts = {
    schemas,
    tags: tagNames(routes),
    error: schemas.add(error.name, error.schema),
    shared: new Map(),
    extras: options.extras,
  };
  const { paths, left } = describePaths(routes, parts);
  return {
    openapi: "3.1.0",
    info: options.info,
    servers: options.servers ?? [{ url: "/" }],
    ...(options.security && { security: options.security.requirements }),
    tags: describeTags(parts.tags, schemas),
    paths,
    components: {
      schemas: schemas.components,
      ...(parts.shared.size > 0 && { responses: Object.fromEntries(parts.shared) }),
      ...(options.security && { securitySchemes: options.security.schemes }),
    },
    ...(left.length > 0 && { "x-not-described": left }),
  };
}

/** The messages in answers: what `response_body` names stands for the whole. */
function answers(routes: readonly Binding[]) {
  return routes.flatMap(({ http, endpoint: { spec } }) => {
    const { output } = spec.method;
    const field = output.fields.find(({ name }) => name === http.responseBody);
    return field === undefined ? [output] : (field.message ?? []);
  });
}

function describePaths(routes: readonly Binding[], parts: OperationParts) {
  const paths: Record<string, PathItem> = {};
  const left: string[] = [];
  const shapes = new Map<string, OpenApiPath>();
  const ids = new OperationIds();
  for (const binding of routes) {
    const { method } = binding.endpoint.spec;
    const id = ids.next(method);
    const own = openApiPath(binding);
    const first = shapes.get(own.shape);
    const path = first === undefined ? own : renameWildcards(own, first);
    const httpMethod = binding.httpMethod.toLowerCase();
    const reason = whyNot(binding, paths[path.text]?.[httpMethod] !== undefined);
    if (reason !== undefined) {
      left.push(
        `${methodName(method)}, ${binding.httpMethod} ${binding.template.source}: ${reason}`,
      );
      continue;
    }
    shapes.set(own.shape, path);
    paths[path.text] = {
      ...paths[path.text],
      [httpMethod]: describeOperation(binding, id, path, parts),
    };
  }
  return { paths, left };
}

function whyNot({ httpMethod, endpoint }: Binding, taken: boolean): string | undefined {
  const { kind } = endpoint.spec;
  if (kind === "client_streaming" || kind === "bidi_streaming") return "its request is a stream";
  if (!METHODS.has(httpMethod)) return "OpenAPI has no such HTTP method";
  return taken ? "OpenAPI cannot tell its path from another one" : undefined;
}

function methodName({ parent, name }: DescMethod): string {
  return `${parent.typeName}.${name}`;
}

/** Services by the tag of their operations: their name, with its package where two share it. */
function tagNames(routes: readonly Binding[]): Map<DescService, string> {
  const services = [...new Set(routes.map(({ endpoint }) => endpoint.spec.method.parent))];
  return new Map(
    services.map((service) => {
      const isUnique = services.every((other) => other === service || other.name !== service.name);
      return [service, isUnique ? service.name : service.typeName];
    }),
  );
}

function describeTags(tags: ReadonlyMap<DescService, string>, schemas: Schemas): Tag[] {
  return [...tags].map(([{ typeName }, name]) => {
    const description = schemas.comment(typeName);
    return { name, ...(description !== undefined && { description }) };
  });
}
