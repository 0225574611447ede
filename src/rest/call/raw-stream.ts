import type { OutgoingHttpHeaders } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { HttpBody } from "../../../gen/google/api/httpbody_pb.js";
import { createAsyncIterable, transformInvokeImplementation } from "../connect-internals.ts";
import { addHeaders, breakOff, type NodeResponse } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import { setRawHeaders } from "./raw-answer.ts";
import { getSuccessStatus } from "./success-status.ts";

/** How a stream of google.api.HttpBody becomes a download. */
export interface RawStreamOptions {
  /** What of a message is sent. */
  readonly raw: (message: Message) => HttpBody | undefined;
  /** Milliseconds that a chunk may wait for its reader before the answer is broken off. */
  readonly readerTimeoutMs: number;
}

/**
 * Calls a server-streaming method and sends the data of its messages one after the
 * other, as one body of the type that the first message names. The head waits for
 * that message. Throws what fails, before the head or after it: then the answer has
 * to be broken off, so that it does not look whole.
 */
export async function answerRawStream(
  binding: Binding,
  ctx: HandlerContext,
  input: Message,
  response: NodeResponse,
  { raw, readerTimeoutMs }: RawStreamOptions,
): Promise<void> {
  const { spec, interceptors } = binding.endpoint;
  const invoke = transformInvokeImplementation(spec, ctx, interceptors);
  const messages = invoke(createAsyncIterable([input]))[Symbol.asyncIterator]();
  const stop = () => {
    messages.return?.()?.catch(() => {}); // its own failure to stop is nobody's answer
  };
  let open = ctx.requestMethod !== "HEAD";
  response.once("close", () => {
    open = false;
    stop();
  });
  try {
    let next = await messages.next();
    if (next.done === true) ctx.signal.throwIfAborted();
    sendHead(binding, ctx, response, next.done === true ? undefined : raw(next.value));
    for (; open && next.done !== true; next = await messages.next()) {
      const data = raw(next.value)?.data;
      const full = data !== undefined && data.length > 0 && !response.write(data);
      if (full) await drained(response, readerTimeoutMs);
    }
    // A handler that its signal stopped may end as if all had been said.
    if (ctx.requestMethod !== "HEAD") ctx.signal.throwIfAborted();
    response.end();
  } catch (reason) {
    await nextTurn(); // what was written leaves first: it may be the head
    throw reason;
  } finally {
    stop();
  }
}

function sendHead(
  { endpoint }: Binding,
  ctx: HandlerContext,
  response: NodeResponse,
  body: HttpBody | undefined,
): void {
  const headers: OutgoingHttpHeaders = {};
  addHeaders(headers, ctx.responseHeader);
  setRawHeaders(headers, body);
  response.writeHead(getSuccessStatus(ctx) ?? endpoint.statuses[0], headers);
}

/** Waits for a slow reader, so that one chunk beyond the socket's buffer is held, but not for ever. */
function drained(response: NodeResponse, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    const timer = setTimeout(() => {
      breakOff(response);
      settle();
    }, timeoutMs);
    response.once("drain", settle);
    response.once("close", settle);
  });
}
