import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { createAsyncIterable, transformInvokeImplementation } from "../connect-internals.ts";
import { addHeaders, type NodeResponse } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import type { StreamLayout } from "./stream-format.ts";
import { type StreamOptions, StreamWriter } from "./stream-writer.ts";
import { getSuccessStatus } from "./success-status.ts";

/**
 * Calls a server-streaming method and sends its messages as they come.
 *
 * The head waits for the first message, so that an error before it keeps its
 * status. It does not wait forever: after one heartbeat's time it goes out alone,
 * since proxies give up on an answer that does not begin. Throws what fails before
 * the head was sent; what fails later is the last record.
 */
export async function answerStream(
  binding: Binding,
  ctx: HandlerContext,
  input: Message,
  response: NodeResponse,
  options: StreamOptions,
): Promise<void> {
  const { spec, interceptors } = binding.endpoint;
  const invoke = transformInvokeImplementation(spec, ctx, interceptors);
  const messages = invoke(createAsyncIterable([input]))[Symbol.asyncIterator]();
  const stop = () => {
    messages.return?.()?.catch(() => {}); // its own failure to stop is nobody's answer
  };
  response.once("close", stop);
  const first = messages.next();
  const begun = await settledWithin(first, options.heartbeatMs);
  if (begun?.done === true) ctx.signal.throwIfAborted();
  sendHead(response, ctx, binding.endpoint.statuses[0], options.layout);
  if (begun === undefined && "flushHeaders" in response) response.flushHeaders();
  if (ctx.requestMethod === "HEAD") {
    response.end();
    stop();
    return;
  }
  const writer = new StreamWriter(response, options);
  try {
    await writeMessages(binding, first, messages, writer);
    // A handler that its signal stopped may end as if all had been said.
    ctx.signal.throwIfAborted();
    writer.end();
  } catch (reason) {
    writer.fail(reason);
  }
  stop();
}

async function writeMessages(
  binding: Binding,
  first: Promise<IteratorResult<Message>>,
  messages: AsyncIterator<Message>,
  writer: StreamWriter,
): Promise<void> {
  for (let next = await first; next.done !== true; next = await messages.next()) {
    if (writer.closed) return;
    await writer.message(next.value, binding.write(next.value));
  }
}

/** What a promise gives in that time; undefined: nothing yet. Throws if it fails in time. */
async function settledWithin<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function sendHead(
  response: NodeResponse,
  ctx: HandlerContext,
  status: number,
  layout: StreamLayout,
): void {
  const headers: OutgoingHttpHeaders = {};
  addHeaders(headers, ctx.responseHeader);
  headers["content-type"] = layout.contentType;
  headers["cache-control"] = "no-store";
  headers["x-accel-buffering"] = "no"; // nginx would hold the stream back
  response.writeHead(getSuccessStatus(ctx) ?? status, headers);
}
