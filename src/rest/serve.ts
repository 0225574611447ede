import type { ContextValues } from "@connectrpc/connect";
import { bindRequest } from "./bind/bind-request.ts";
import { sendEmpty, sendError } from "./call/answer.ts";
import { type Call, openCall } from "./call/open-call.ts";
import { answerStream } from "./call/server-stream.ts";
import { chooseLayout, streamOffers } from "./call/stream-format.ts";
import { answerUnary } from "./call/unary.ts";
import { abortReason, type ErrorAnswers, type ErrorInfo } from "./error/error-answer.ts";
import {
  malformedRequest,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  streamNotSupported,
} from "./error/request-error.ts";
import { negotiate } from "./http/accept.ts";
import {
  breakOff,
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  requestUrl,
  toWebHeaders,
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
  readonly heartbeatMs: number;
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
    request.on("error", ignore);
    response.on("error", ignore);
    const exchange = attempt(request, response, parts, NO_CALL, () =>
      openExchange(request, response, parts.router),
    );
    if (exchange === undefined) return;
    void serve(exchange, parts);
  };
}

const NO_CALL: ErrorInfo = { method: undefined, ifMatch: false };

function ignore(): void {}

function attempt<T>(
  request: NodeRequest,
  response: NodeResponse,
  parts: HandlerParts,
  info: ErrorInfo,
  run: () => T,
): T | undefined {
  try {
    return run();
  } catch (reason) {
    fail(request, response, parts, reason, info);
    return undefined;
  }
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

async function serve(exchange: Exchange, parts: HandlerParts): Promise<void> {
  const { request, response, binding } = exchange;
  const info: ErrorInfo = {
    method: binding.endpoint.spec.method,
    ifMatch: binding.ifMatch !== undefined && request.headers["if-match"] !== undefined,
  };
  let call: Call | undefined;
  try {
    const answer = chooseAnswer(exchange, parts, info);
    call = open(exchange, parts);
    await binding.endpoint.requestGate?.(call.ctx);
    await answer(call);
  } catch (reason) {
    fail(request, response, parts, abortReason(reason, call?.ctx.signal), info);
  } finally {
    call?.close();
  }
}

/** Decides how to answer before anything is done for it: 406 and 501 cost nothing. */
function chooseAnswer(exchange: Exchange, parts: HandlerParts, info: ErrorInfo) {
  const { request, response, binding, path, query } = exchange;
  const { spec, streamFormat } = binding.endpoint;
  const { accept } = request.headers;
  if (spec.kind === "unary") {
    if (negotiate(accept, JSON_ONLY) === undefined) throw notAcceptable(JSON_ONLY);
    return async ({ ctx }: Call) => {
      const input = await bindRequest(request, binding, path, query);
      await answerUnary(binding, ctx, input, response);
    };
  }
  if (spec.kind !== "server_streaming") throw streamNotSupported();
  const layout = chooseLayout(binding, accept);
  if (layout === undefined) throw notAcceptable(streamOffers(streamFormat));
  return async ({ ctx }: Call) => {
    const input = await bindRequest(request, binding, path, query);
    const writeError = (reason: unknown) =>
      JSON.stringify(parts.errors(abortReason(reason, ctx.signal), info).body);
    const { heartbeatMs } = parts;
    await answerStream(binding, ctx, input, response, { layout, writeError, heartbeatMs });
  };
}

const JSON_ONLY = ["application/json"] as const;

function open({ request, response, url, binding }: Exchange, parts: HandlerParts): Call {
  const timeoutMs = readTimeout(request.headers, binding.endpoint.maxTimeoutMs);
  if (timeoutMs === "invalid") throw malformedRequest("the timeout header cannot be read");
  return openCall({
    endpoint: binding.endpoint,
    requestMethod: request.method ?? "",
    url,
    requestHeader: toWebHeaders(request.headers),
    timeoutMs,
    values: parts.contextValues(request),
    response,
  });
}

/** Answers with an error. Once an answer has begun, all that can be said is that it broke off. */
function fail(
  request: NodeRequest,
  response: NodeResponse,
  parts: HandlerParts,
  reason: unknown,
  info: ErrorInfo,
): void {
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
