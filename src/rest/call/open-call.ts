import { Code, ConnectError, type ContextValues, type HandlerContext } from "@connectrpc/connect";
import type { NodeResponse } from "../http/node-http.ts";
import type { Endpoint } from "../rule/endpoint.ts";
import { onShutdown } from "./shutdown.ts";

// Reasons for aborting, made once: without one, `abort()` builds a DOMException
// with its stack, which was a tenth of the time of a small call.
const callOver = new ConnectError("the call is over", Code.Canceled);
const clientGone = new ConnectError("the client has gone", Code.Canceled);

/** Longest delay a timer can have. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One call of a method while it is served. */
export interface Call {
  readonly ctx: HandlerContext;
  /** Stops the handler, if it still runs, and lets go of timers and listeners. */
  close(): void;
}

/** What a call is opened with. */
export interface CallInit {
  readonly endpoint: Endpoint;
  readonly requestMethod: string;
  readonly url: string;
  readonly requestHeader: Headers;
  readonly timeoutMs: number | undefined;
  readonly values: ContextValues;
  readonly response: NodeResponse;
}

/**
 * Opens a call. Connect's own context has a controller for the deadline and one
 * linked to it and two more signals; this one is a single controller, which the
 * deadline, the client's leaving and the server's stopping abort.
 */
export function openCall(init: CallInit): Call {
  const { method } = init.endpoint.spec;
  const controller = new AbortController();
  const deadline = init.timeoutMs === undefined ? undefined : Date.now() + init.timeoutMs;
  const ctx: HandlerContext = {
    method,
    service: method.parent,
    requestMethod: init.requestMethod,
    protocolName: "rest",
    url: init.url,
    signal: controller.signal,
    timeoutMs: () => (deadline === undefined ? undefined : deadline - Date.now()),
    requestHeader: init.requestHeader,
    responseHeader: new Headers(),
    responseTrailer: new Headers(),
    values: init.values,
  };
  return { ctx, close: abortOn(controller, init) };
}

function abortOn(controller: AbortController, init: CallInit): () => void {
  const { timeoutMs, response, endpoint } = init;
  const timer = timeoutMs === undefined ? undefined : startDeadline(controller, timeoutMs);
  const onClose = () => controller.abort(clientGone);
  response.once("close", onClose);
  const offShutdown = onShutdown(endpoint.shutdownSignal, controller);
  return () => {
    clearTimeout(timer);
    response.off("close", onClose);
    offShutdown();
    controller.abort(callOver);
  };
}

function startDeadline(controller: AbortController, timeoutMs: number): NodeJS.Timeout {
  return setTimeout(
    () => controller.abort(new ConnectError("the deadline has passed", Code.DeadlineExceeded)),
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
}
