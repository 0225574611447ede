import {
  create,
  type DescMessage,
  type DescMethod,
  fromJson,
  getOption,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { http as httpOption } from "../../../gen/google/api/annotations_pb.js";
import type { HttpRule } from "../../../gen/google/api/http_pb.js";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/google/rpc/error_details_pb.js";
import { REASONS, type Reason } from "../../../src/domain/errors.ts";
import { CODES } from "../../../src/server/interceptors/errors.ts";
import { fromRestJson } from "./rest-json.ts";

/**
 * A client of REST in the form that Connect's clients have, so that one table of calls
 * can be made over every protocol. It builds requests from the `google.api.http` rules
 * by itself, and turns answers and errors back into messages.
 */
export function createRestTransport({ baseUrl }: { readonly baseUrl: string }): Transport {
  return {
    async unary(method, signal, _timeoutMs, header, input) {
      const request = toRequest(method, create(method.input, input));
      const response = await send(baseUrl, request, header, signal);
      const text = await response.text();
      if (!response.ok) throw toError(response, JSON.parse(text));
      const message = toMessage(method, text === "" ? {} : JSON.parse(text));
      const metadata = { header: response.headers, trailer: new Headers() };
      return { stream: false, service: method.parent, method, ...metadata, message };
    },
    async stream(method, signal, _timeoutMs, header, input) {
      const request = toRequest(method, create(method.input, await only(input)));
      const response = await send(baseUrl, request, header, signal);
      if (!response.ok) throw toError(response, (await response.json()) as JsonObject);
      const message = records(method, response);
      const metadata = { header: response.headers, trailer: new Headers() };
      return { stream: true, service: method.parent, method, ...metadata, message };
    },
  };
}

const VARIABLE = /\{(\w+)\}/g;

interface RestRequest {
  readonly verb: string;
  readonly path: string;
  readonly body: string | undefined;
}

/**
 * The path takes its fields, the body all others; without a body the query does. Of several rules
 * it takes the first one for whose path everything is given.
 */
function toRequest<D extends DescMessage>(method: DescMethod, input: MessageShape<D>): RestRequest {
  const rule = getOption(method, httpOption);
  const json = toJson(method.input, input as never, { useProtoFieldName: true }) as JsonObject;
  const isGiven = ({ pattern }: HttpRule) =>
    [...String(pattern.value).matchAll(VARIABLE)].every(([, name = ""]) => name in json);
  const { pattern, body } = [rule, ...rule.additionalBindings].find(isGiven) ?? rule;
  if (pattern.case === undefined || pattern.case === "custom") throw new Error("no REST here");
  const path = pattern.value.replace(VARIABLE, (_, name: string) => {
    const value = String(json[name] ?? "");
    delete json[name];
    return encodeURIComponent(value);
  });
  const verb = pattern.case.toUpperCase();
  if (body === "*") return { verb, path, body: JSON.stringify(json) };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(json)) query.set(name, `${value}`);
  return { verb, path: query.size === 0 ? path : `${path}?${query}`, body: undefined };
}

function send(
  baseUrl: string,
  { verb, path, body }: RestRequest,
  header: RequestInit["headers"],
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = new Headers(header);
  if (body !== undefined) headers.set("content-type", "application/json");
  const init: RequestInit = { method: verb, headers };
  if (body !== undefined) init.body = body;
  if (signal !== undefined) init.signal = signal;
  return fetch(baseUrl + path, init);
}

function toMessage<O extends DescMessage>(
  method: DescMethod & { readonly output: O },
  json: JsonValue,
): MessageShape<O> {
  const { responseBody } = getOption(method, httpOption);
  return fromRestJson(method.output, responseBody === "" ? json : { [responseBody]: json });
}

async function only<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error("a stream without a request");
}

async function* records<O extends DescMessage>(
  method: DescMethod & { readonly output: O },
  response: Response,
): AsyncGenerator<MessageShape<O>> {
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      if (block.startsWith("event: error")) throw toError(response, JSON.parse(data));
      yield toMessage(method, JSON.parse(data));
    }
  }
}

const DETAILS: readonly DescMessage[] = [BadRequestSchema, RequestInfoSchema, RetryInfoSchema];

/** What REST says by `error` and its status is an ErrorInfo and a code elsewhere. */
function toError({ headers }: Response, body: JsonObject): ConnectError {
  const reason = body.error as Reason;
  const details = (body.details as JsonObject[]).map(({ "@type": type, ...json }) => {
    const desc = DETAILS.find(({ typeName }) => type === `type.googleapis.com/${typeName}`);
    if (desc === undefined) throw new Error(`a detail of type ${type}`);
    return { desc, value: fromJson(desc, json) as MessageInitShape<typeof desc> };
  });
  const info = { desc: ErrorInfoSchema, value: { reason, domain: "parley" } };
  const code = CODES[REASONS[reason].code];
  return new ConnectError(String(body.message), code, headers, [info, ...details]);
}
