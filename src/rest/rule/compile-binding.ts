import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { HttpBody } from "../../../gen/google/api/httpbody_pb.js";
import { type BodyPlan, planBody } from "../bind/body-plan.ts";
import { type FieldPath, findField, getSingular, resolveFieldPath } from "../bind/field-path.ts";
import { parameterParser } from "../bind/parameter.ts";
import { isHttpBody } from "../bind/upload-field.ts";
import { isOutputOnly } from "../codec/field-behavior.ts";
import type { JsonReader } from "../codec/json-reader.ts";
import type { JsonWriter } from "../codec/json-writer.ts";
import type { Properties } from "../codec/local-value.ts";
import { writeOnce } from "../codec/write-once.ts";
import { parseTemplate } from "../template/parse-template.ts";
import type { PathTemplate } from "../template/path-template.ts";
import type { Binding, BoundVariable } from "./binding.ts";
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
  const unread = outputOnlyNames(output, answer);
  const headers = {
    lastEventId: requestField(input, endpoint.rule.lastEventIdField, "last_event_id_field"),
    ifMatch: requestField(input, endpoint.rule.ifMatchField, "if_match_field"),
  };
  return {
    httpMethod: http.httpMethod,
    template,
    endpoint,
    http,
    variables,
    body: compileBody(endpoint, http, { variables, headers, unread, codec }),
    query: {
      desc: input,
      taken: new Set([...variables.map(({ path }) => path.name), http.body]),
      open: http.body !== "*",
      ignoreUnknown: endpoint.ignoreUnknownParameters,
    },
    ...headers,
    write: endpoint.spec.kind === "server_streaming" ? writeOnce(write) : write,
    raw: rawGetter(resource, answer),
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

interface BodyParts {
  readonly variables: readonly BoundVariable[];
  readonly headers: Pick<Binding, "lastEventId" | "ifMatch">;
  /** Names of fields that only answers have. */
  readonly unread: readonly string[];
  readonly codec: JsonCodec;
}

function compileBody(endpoint: Endpoint, http: HttpBinding, parts: BodyParts): BodyPlan {
  if (http.body === "") return { kind: "none" };
  const { input } = endpoint.spec.method;
  const { variables, headers, unread, codec } = parts;
  const body = http.body === "*" ? http.body : topField(input, http.body, "body");
  if (body !== "*" && variables.some(({ path }) => path.name === body.name)) {
    throw new Error(`body: field ${body.name} is in the path too`);
  }
  const bound = variables.flatMap(({ path }) =>
    path.parents.length === 0 ? [path.leaf.name, path.leaf.jsonName] : [],
  );
  const headerFields = [headers.lastEventId, headers.ifMatch].flatMap((path) => path?.leaf ?? []);
  const implied = http.httpMethod === "PATCH" && !endpoint.rule.explicitMaskOnly;
  return planBody({
    input,
    body,
    skip: new Set([...bound, ...unread.filter((name) => findField(input, name) === undefined)]),
    reader: codec.reader,
    forms: endpoint.forms,
    impliedMask: implied ? { headerFields } : undefined,
  });
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

/** A body of any type is the whole answer, or what `response_body` names. */
function rawGetter(resource: DescMessage | undefined, answer: DescField | undefined) {
  if (!isHttpBody(resource) || answer?.fieldKind === "list" || answer?.fieldKind === "map") {
    return undefined;
  }
  return (output: Message) =>
    (answer ? getSingular(output as unknown as Properties, answer) : output) as
      | HttpBody
      | undefined;
}

/**
 * The field is one of what a caller gets: of `response_body` where that is named,
 * unless that is an HttpBody, which has no field for it.
 */
function etagGetter(
  endpoint: Endpoint,
  resource: DescMessage | undefined,
  answer: DescField | undefined,
): Binding["etag"] {
  const { rule, spec } = endpoint;
  if (rule.etagField === "") return undefined;
  if (answer && isHttpBody(resource)) return etagGetter(endpoint, spec.method.output, undefined);
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
