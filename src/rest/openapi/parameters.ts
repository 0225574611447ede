import type { DescField } from "@bufbuild/protobuf";
import type { Binding } from "../rule/binding.ts";
import type { Parameter, Schema } from "./open-api.ts";
import type { OpenApiPath, Wildcard } from "./path.ts";
import { mustBeGiven } from "./schema/limits.ts";
import type { Schemas } from "./schema/schemas.ts";
import { textFields, textName } from "./text-fields.ts";

/** What a binding takes from its path. */
export function pathParameters({ wildcards }: OpenApiPath, schemas: Schemas): Parameter[] {
  return wildcards.map((wildcard) => {
    const { name, bound, many } = wildcard;
    const comment = bound && commentOf(bound.path.leaf, schemas);
    const description = [comment, ...wildcardNotes(wildcard)].filter(Boolean).join(" ");
    return {
      name,
      in: "path",
      required: true,
      ...(description !== "" && { description }),
      schema: wildcardSchema(wildcard, schemas),
      ...(many && { "x-multi-segment": true }),
    };
  });
}

/** What a reader of the document has to know that OpenAPI cannot say. */
function wildcardNotes({ name, bound, many, pattern }: Wildcard): string[] {
  const notes: string[] = [];
  if (bound === undefined) notes.push("Any text; it says nothing.");
  if (pattern !== undefined && pattern !== "**") {
    notes.push(`\`${bound?.path.name}\` is the part of the path that \`${pattern}\` stands for.`);
  }
  if (many) {
    notes.push(
      `\`{${name}}\` stands for any number of segments, none included. Slashes between them are ` +
        "sent as they are: encoded as `%2F` they are part of a segment.",
    );
  }
  return notes;
}

function wildcardSchema({ bound, many, pattern }: Wildcard, schemas: Schemas): Schema {
  if (many) return { type: "string" };
  const whole = bound !== undefined && pattern === undefined;
  const schema: Schema = whole ? schemas.parameter(bound.path.leaf) : { type: "string" };
  if (schema.type !== "string" || schema.enum !== undefined) return schema;
  return { ...schema, minLength: Math.max(1, schema.minLength ?? 0) };
}

/** What a binding takes from its query. */
export function queryParameters(binding: Binding, schemas: Schemas): Parameter[] {
  const { query, ifMatch } = binding;
  if (!query.open) return [];
  const fields = textFields(
    query.desc,
    ({ name }) => query.taken.has(name) || name === ifMatch?.name,
  );
  return fields.map((path) => {
    const { leaf, parents } = path;
    const description = fieldDescription(leaf, schemas);
    return {
      name: textName(path, schemas.style),
      in: "query",
      ...(parents.length === 0 && mustBeGiven(leaf) && { required: true }),
      ...(description !== "" && { description }),
      ...(leaf.deprecated && { deprecated: true }),
      schema: schemas.parameter(leaf),
    };
  });
}

/** The headers that have a meaning to the binding itself. */
export function headerParameters(binding: Binding): Parameter[] {
  const { ifMatch, lastEventId, etag, httpMethod, endpoint } = binding;
  const headers: Parameter[] = [];
  if (ifMatch !== undefined) {
    headers.push(header("If-Match", "One entity tag: only if the resource is still as it says."));
  }
  if (etag !== undefined && httpMethod === "GET" && endpoint.spec.kind === "unary") {
    headers.push(
      header(
        "If-None-Match",
        "Entity tags the caller has: 304 if the resource is still as one says.",
      ),
    );
  }
  if (lastEventId !== undefined) {
    const field = `\`${lastEventId.name}\``;
    headers.push(
      header("Last-Event-ID", `The id of the last event the caller had; wins over ${field}.`),
    );
  }
  return headers;
}

function header(name: string, description: string): Parameter {
  return { name, in: "header", description, schema: { type: "string" } };
}

/** What a field is for, and which others it excludes. */
export function fieldDescription(field: DescField, schemas: Schemas): string {
  const others = field.oneof?.fields.filter((other) => other !== field) ?? [];
  const names = others.map(({ name }) => `\`${name}\``).join(", ");
  const excludes = names === "" ? undefined : `Excludes ${names}.`;
  return [commentOf(field, schemas), excludes].filter(Boolean).join(" ");
}

function commentOf({ parent, name }: DescField, schemas: Schemas): string | undefined {
  return schemas.comment(`${parent.typeName}.${name}`);
}
