import { STATUS_CODES } from "node:http";
import { streamOffers } from "../call/stream-format.ts";
import { MEDIA_TYPES } from "../http/content-type.ts";
import type { Binding } from "../rule/binding.ts";
import type {
  Content,
  Example,
  Header,
  MediaType,
  Reference,
  Response,
  Schema,
} from "./open-api.ts";
import type { ErrorResponse, OperationExtras } from "./options.ts";
import type { Schemas } from "./schema/schemas.ts";

const ETAG: Header = {
  description: "Names this state of it, for `If-Match` and `If-None-Match`.",
  schema: { type: "string" },
};

/** The answers of a binding when it succeeds, by status. */
export function successResponses(
  binding: Binding,
  schemas: Schemas,
  extras: OperationExtras,
): Record<string, Response> {
  const headers = {
    ...(binding.etag !== undefined && { ETag: ETAG }),
    ...extras.answerHeaders,
  };
  const responses: Record<string, Response> = {};
  for (const status of binding.endpoint.statuses) {
    responses[status] = {
      description: describe(binding, status, schemas),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(status !== 204 && { content: answerContent(binding, schemas, extras.answerExamples) }),
    };
  }
  const conditional = binding.etag !== undefined && binding.httpMethod === "GET";
  if (conditional && binding.endpoint.spec.kind === "unary") {
    responses[304] = {
      description: "It is still as `If-None-Match` says.",
      headers: { ETag: ETAG },
    };
  }
  return responses;
}

/** What a reader of a stream has to know, since its schema is that of one record. */
const STREAM =
  "A stream: events (their `data`), lines, or the elements of one array, as `Accept` says. An error " +
  'after the first of them is an event of the type `error`, or a last line `{"error": …}`; an array ' +
  "is cut off.";

/** The comment of what is in the answer, else the phrase of the status. */
function describe(binding: Binding, status: number, schemas: Schemas): string {
  const { method, kind } = binding.endpoint.spec;
  const phrase = STATUS_CODES[status] ?? "Success";
  if (status === 204) return phrase;
  const text = schemas.comment(method.output.typeName) ?? phrase;
  return kind === "unary" || binding.raw !== undefined ? text : `${text}\n\n${STREAM}`;
}

function answerContent(
  binding: Binding,
  schemas: Schemas,
  examples: Readonly<Record<string, Example>> | undefined,
): Content {
  if (binding.raw !== undefined) return { "*/*": {} };
  const schema = answerSchema(binding, schemas);
  if (binding.endpoint.spec.kind === "unary") {
    return { [MEDIA_TYPES.json]: { schema, ...(examples && { examples }) } };
  }
  const offers = streamOffers(binding.endpoint.streamFormat);
  return Object.fromEntries(offers.map((type) => [type, streamContent(type, schema)]));
}

/**
 * OpenAPI 3.1 cannot describe a body of many records. As is usual, the schema of an
 * event stream and of lines is that of one record: the `data` of an event, a line.
 */
function streamContent(type: string, record: Schema): MediaType {
  return { schema: type === MEDIA_TYPES.json ? { type: "array", items: record } : record };
}

/** A message that `response_body` names is taken for set, or no reader could rely on it. */
function answerSchema({ http, endpoint }: Binding, schemas: Schemas): Schema {
  const { output } = endpoint.spec.method;
  const field = output.fields.find(({ name }) => name === http.responseBody);
  if (field === undefined) return schemas.message(output, "output");
  return field.fieldKind === "message"
    ? schemas.message(field.message, "output")
    : schemas.field(field, "output");
}

/** The answers of a binding when it fails. Those with a name are kept in `shared`. */
export function errorResponses(
  errors: readonly ErrorResponse[] | undefined,
  schema: Schema,
  shared: Map<string, Response>,
): Record<string, Response | Reference> {
  if (errors === undefined) {
    return { default: errorResponse({ status: 0, description: "An error." }, schema) };
  }
  return Object.fromEntries(
    errors.map((error) => {
      const response = errorResponse(error, schema);
      if (error.name === undefined) return [error.status, response];
      if (!shared.has(error.name)) shared.set(error.name, response);
      return [error.status, { $ref: `#/components/responses/${error.name}` }];
    }),
  );
}

function errorResponse(
  { description, headers, examples }: ErrorResponse,
  schema: Schema,
): Response {
  return {
    description,
    ...(headers && { headers }),
    content: { [MEDIA_TYPES.json]: { schema, ...(examples && { examples }) } },
  };
}
