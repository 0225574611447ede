import type { Message } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import { bindRequest } from "./bind/bind-request.ts";
import { sendEmpty, sendError } from "./call/answer.ts";
import { type Call, openCall } from "./call/open-call.ts";
import { answerRawStream } from "./call/raw-stream.ts";
import { answerStream } from "./call/server-stream.ts";
import { chooseLayout, streamOffers } from "./call/stream-format.ts";
import type { StreamTiming } from "./call/stream-writer.ts";
import { answerUnary } from "./call/unary.ts";
import { abortReason, type ErrorAnswers, type ErrorInfo } from "./error/error-answer.ts";
import {
  codingNotAcceptable,
  malformedRequest,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  streamNotSupported,
  webSocketNotSupported,
} from "./error/request-error.ts";
import { negotiate } from "./http/accept.ts";
import { acceptedCodings } from "./http/accept-encoding.ts";
import { CODINGS, type Coding } from "./http/content-coding.ts";
import { LazyHeaders } from "./http/lazy-headers.ts";
import {
  breakOff,
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  requestUrl,
} from "./http/node-http.ts";
import { readTimeout } from "./http/timeout.ts";
import { parseTarget } from "./route/request-target.ts";
import type { Router } from "./route/router.ts";
import type { Binding } from "./rule/binding.ts";
import type { MatchedPath } from "./template/capture.ts";

/** What the request handler is made of. */
export interface HandlerParts {
  readonly router: Router<Binding>;
  readonly errors: ErrorAnswers;
  readonly contextValues: (request: NodeRequest) => ContextValues;
  readonly streams: StreamSettings;
}

/** How the streams of all methods go out. */
export interface StreamSettings extends StreamTiming {
  /** When event streams ask their readers to come back, in milliseconds; undefined: not said. */
  readonly retryMs: number | undefined;
}

/** A request that found its route. */
interface Exchange {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly url: string;
  readonly binding: Binding;
  readonly path: MatchedPath;
  readonly query: string;
}

/** The request handler. Whatever a request holds, it answers and does not throw. */
export function createHandler(parts: HandlerParts): NodeHandler {
  return (request, response) => {
    // Without a listener the error of a broken connection would end the process.
    if (request.listenerCount("error") === 0) request.on("error", ignore);
    if (response.listenerCount("error") === 0) response.on("error", ignore);
    void serve(request, response, parts);
  };
}

function ignore(): void {}

async function serve(
  request: NodeRequest,
  response: NodeResponse,
  parts: HandlerParts,
): Promise<void> {
  let exchange: Exchange | undefined;
  let call: Call | undefined;
  try {
    exchange = openExchange(request, response, parts.router);
    if (exchange === undefined) return;
    const answer = chooseAnswer(exchange, parts);
    call = open(exchange, parts);
    const { requestGate } = exchange.binding.endpoint;
    if (requestGate !== undefined) await requestGate(call.ctx);
    const input = await bindRequest(request, exchange.binding, exchange.path, exchange.query);
    await answer(call.ctx, input);
  } catch (reason) {
    const info = errorInfo(request, exchange?.binding);
    fail(response, parts, abortReason(reason, call?.ctx), info);
  } finally {
    call?.close();
  }
}

function errorInfo(request: NodeRequest, binding: Binding | undefined): ErrorInfo {
  return {
    request,
    method: binding?.endpoint.spec.method,
    ifMatch: binding?.ifMatch !== undefined && request.headers["if-match"] !== undefined,
  };
}

/** Finds the route; undefined when OPTIONS was answered. */
function openExchange(
  request: NodeRequest,
  response: NodeResponse,
  router: Router<Binding>,
): Exchange | undefined {
  const url = requestUrl(request);
  if (url === undefined) throw malformedRequest("the request names no valid host");
  const target = parseTarget(request.url ?? "");
  if (target === undefined) throw malformedRequest("the request target is malformed");
  const method = request.method ?? "";
  const match = router.match(method, target);
  if (match.kind !== "not_found" && isWebSocket(request)) throw webSocketNotSupported();
  switch (match.kind) {
    case "found":
      return {
        request,
        response,
        url,
        binding: match.route,
        path: match.path,
        query: target.query,
      };
    case "not_found":
      throw noSuchPath();
    case "method_not_allowed":
      if (method !== "OPTIONS") throw methodNotAllowed(method, match.allow);
      sendEmpty(response, 204, { allow: match.allow.join(", ") });
      return undefined;
  }
}

/** Calls the method and sends what it answers. */
type Answer = (ctx: HandlerContext, input: Message) => Promise<void>;

/** Decides how to answer before anything is done for it: 406 and 501 cost nothing. */
function chooseAnswer({ request, response, binding }: Exchange, parts: HandlerParts): Answer {
  const { spec, streamFormat } = binding.endpoint;
  const { accept } = request.headers;
  if (spec.kind !== "unary" && spec.kind !== "server_streaming") throw streamNotSupported();
  checkCodings(request, spec.kind === "unary" ? CODINGS : []);
  if (spec.kind === "unary") {
    // What a raw body is, only the handler knows: whoever calls it takes it as it is.
    if (binding.raw === undefined && negotiate(accept, JSON_ONLY) === undefined) {
      throw notAcceptable(JSON_ONLY);
    }
    return (ctx, input) => answerUnary(binding, ctx, input, response);
  }
  const { raw } = binding;
  if (raw !== undefined) {
    const options = { raw, ...parts.streams };
    return (ctx, input) => answerRawStream(binding, ctx, input, response, options);
  }
  const { retryMs, ...timing } = parts.streams;
  const layout = chooseLayout(binding, accept, retryMs);
  if (layout === undefined) throw notAcceptable(streamOffers(streamFormat));
  return (ctx, input) => {
    const info = errorInfo(request, binding);
    const writeError = (reason: unknown) =>
      JSON.stringify(parts.errors(abortReason(reason, ctx), info).body);
    return answerStream(binding, ctx, input, response, { layout, writeError, ...timing });
  };
}

const JSON_ONLY = ["application/json"] as const;

/** Streams are not compressed: an event would wait in the compressor for the next ones. */
function checkCodings({ headers }: NodeRequest, codings: readonly Coding[]): void {
  const { coding, plain } = acceptedCodings(headers["accept-encoding"]?.toString());
  const fits = plain || (coding !== undefined && codings.includes(coding));
  if (!fits) throw codingNotAcceptable([...codings, "identity"]);
}

function isWebSocket({ headers }: NodeRequest): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function open({ request, response, url, binding }: Exchange, parts: HandlerParts): Call {
  const timeoutMs = readTimeout(request.headers, binding.endpoint.maxTimeoutMs);
  if (timeoutMs === "invalid") throw malformedRequest("the timeout header cannot be read");
  return openCall({
    endpoint: binding.endpoint,
    requestMethod: request.method ?? "",
    url,
    requestHeader: new LazyHeaders(request.headers),
    timeoutMs,
    values: parts.contextValues(request),
    response,
  });
}

/** Answers with an error. Once an answer has begun, all that can be said is that it broke off. */
function fail(response: NodeResponse, parts: HandlerParts, reason: unknown, info: ErrorInfo): void {
  const { request } = info;
  try {
    const answer = parts.errors(reason, info);
    if (response.headersSent) breakOff(response);
    else {
      const http1 = request.httpVersionMajor === 1;
      sendError(response, answer, { head: request.method === "HEAD", http1 });
    }
  } catch {
    breakOff(response); // the error's own form failed
  }
}
