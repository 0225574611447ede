import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { type FieldPath, findField, resolveFieldPath } from "../bind/field-path.ts";
import { parameterParser } from "../bind/parameter.ts";
import { isOutputOnly } from "../codec/field-behavior.ts";
import type { JsonReader } from "../codec/json-reader.ts";
import type { JsonWriter } from "../codec/json-writer.ts";
import type { Properties } from "../codec/local-value.ts";
import { writeOnce } from "../codec/write-once.ts";
import { parseTemplate } from "../template/parse-template.ts";
import type { PathTemplate } from "../template/path-template.ts";
import type { Binding, BodyPlan, BoundVariable } from "./binding.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpBinding } from "./http-rule.ts";

/** Readers and writers of messages. */
export interface JsonCodec {
  readonly reader: JsonReader;
  readonly writer: JsonWriter;
}

/** Compiles one binding of a method. Throws an Error that says what is wrong with it. */
export function compileBinding(endpoint: Endpoint, http: HttpBinding, codec: JsonCodec): Binding {
  const { input, output } = endpoint.spec.method;
  const template = parseTemplate(http.template);
  const variables = bindVariables(input, template);
  const answer = answerField(output, http.responseBody);
  const resource = answer === undefined ? output : answer.message;
  const write = answer ? codec.writer.field(answer) : codec.writer.message(output);
  return {
    httpMethod: http.httpMethod,
    template,
    endpoint,
    variables,
    body: planBody(input, http, variables, outputOnlyNames(output, answer), codec),
    query: {
      desc: input,
      taken: new Set([...variables.map(({ path }) => path.name), http.body]),
      open: http.body !== "*",
    },
    lastEventId: requestField(input, endpoint.rule.lastEventIdField, "last_event_id_field"),
    ifMatch: requestField(input, endpoint.rule.ifMatchField, "if_match_field"),
    write: endpoint.spec.kind === "server_streaming" ? writeOnce(write) : write,
    etag: etagGetter(endpoint, resource, answer),
    eventId: eventIdField(endpoint, output),
  };
}

function bindVariables(input: DescMessage, template: PathTemplate): BoundVariable[] {
  return template.variables.map((variable) => {
    const path = resolveFieldPath(input, variable.path);
    if (path === undefined || path.name !== variable.path) {
      throw new Error(`variable {${variable.path}} names no field of ${input.typeName}`);
    }
    const { leaf } = path;
    if (leaf.fieldKind === "list" || leaf.fieldKind === "map") {
      throw new Error(`variable {${variable.path}} names a ${kindName(leaf)} field`);
    }
    if (parameterParser(leaf) === undefined) {
      throw new Error(`variable {${variable.path}} names a message field`);
    }
    return { variable, path };
  });
}

function kindName(field: DescField): string {
  return field.fieldKind === "list" ? "repeated" : field.fieldKind;
}

function planBody(
  input: DescMessage,
  http: HttpBinding,
  variables: readonly BoundVariable[],
  outputOnly: readonly string[],
  { reader }: JsonCodec,
): BodyPlan {
  if (http.body === "") return { kind: "none" };
  if (http.body === "*") {
    const bound = variables.flatMap(({ path }) =>
      path.parents.length === 0 ? [path.leaf.name, path.leaf.jsonName] : [],
    );
    const unknown = outputOnly.filter((name) => findField(input, name) === undefined);
    return { kind: "request", read: reader.object(input, new Set([...bound, ...unknown])) };
  }
  const field = topField(input, http.body, "body");
  if (variables.some(({ path }) => path.name === field.name)) {
    throw new Error(`body: field ${field.name} is in the path too`);
  }
  return { kind: "field", member: reader.member(field) };
}

/**
 * Names of what only the server sets in an answer. A caller may send them back as
 * it read them, even where the request has no such field.
 */
function outputOnlyNames(output: DescMessage, answer: DescField | undefined): string[] {
  const fields = [...output.fields, ...(answer?.message?.fields ?? [])];
  return fields.filter(isOutputOnly).flatMap((field) => [field.name, field.jsonName]);
}

function answerField(output: DescMessage, name: string): DescField | undefined {
  return name === "" ? undefined : topField(output, name, "response_body");
}

function topField(desc: DescMessage, name: string, option: string): DescField {
  const field = desc.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${option}: ${desc.typeName} has no field ${name}`);
  return field;
}

function requestField(input: DescMessage, name: string, option: string): FieldPath | undefined {
  if (name === "") return undefined;
  const field = topField(input, name, option);
  if (field.fieldKind === "list" || parameterParser(field) === undefined) {
    throw new Error(`${option}: field ${name} cannot be filled from a header`);
  }
  return { name: field.name, parents: [], leaf: field };
}

/** The field is one of what a caller gets: of `response_body` where that is named. */
function etagGetter(
  { rule }: Endpoint,
  resource: DescMessage | undefined,
  answer: DescField | undefined,
): Binding["etag"] {
  if (rule.etagField === "") return undefined;
  if (resource === undefined || (answer && answer.fieldKind !== "message")) {
    throw new Error("etag_field: response_body is no message");
  }
  const { localName, oneof } = topField(resource, rule.etagField, "etag_field");
  if (oneof !== undefined) throw new Error(`etag_field: ${rule.etagField} is in a oneof`);
  return (output: Message) => {
    const properties = output as unknown as Properties;
    const holder = answer ? (properties[answer.localName] as Properties | undefined) : properties;
    const value = holder?.[localName];
    return value === undefined || value === "" ? undefined : String(value);
  };
}

function eventIdField({ rule }: Endpoint, output: DescMessage): DescField | undefined {
  if (rule.eventIdField === "") return undefined;
  const field = topField(output, rule.eventIdField, "event_id_field");
  if (field.fieldKind !== "scalar" || field.oneof !== undefined) {
    throw new Error(`event_id_field: ${field.name} is no plain integer or string`);
  }
  return field;
}
