import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import { LazyHeaders } from "../http/lazy-headers.ts";
import type { NodeResponse } from "../http/node-http.ts";
import type { Endpoint } from "../rule/endpoint.ts";
import { borrowSignal } from "./borrowed-signal.ts";
import { CallSignal } from "./call-signal.ts";

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

/** Opens a call. */
export function openCall(init: CallInit): Call {
  const { endpoint, timeoutMs, response } = init;
  const { method } = endpoint.spec;
  const deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
  const signal = new CallSignal({ response, shutdownSignal: endpoint.shutdownSignal, deadline });
  const context = {
    method,
    service: method.parent,
    requestMethod: init.requestMethod,
    protocolName: "rest",
    url: init.url,
    timeoutMs: deadline === undefined ? noTimeout : () => deadline - Date.now(),
    requestHeader: init.requestHeader,
    responseHeader: new LazyHeaders(),
    responseTrailer: new LazyHeaders(),
    values: init.values,
  };
  return { ctx: borrowSignal(context, signal), close: () => signal.close() };
}

function noTimeout(): undefined {}
