import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { invokeUnaryImplementation } from "../connect-internals.ts";
import { formatEtag, matchesEtag } from "../http/etag.ts";
import { addHeaders, type NodeResponse } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import { sendEmpty, sendJson } from "./answer.ts";
import { getSuccessStatus } from "./success-status.ts";

/** Calls a unary method and sends its answer. */
export async function answerUnary(
  binding: Binding,
  ctx: HandlerContext,
  input: Message,
  response: NodeResponse,
): Promise<void> {
  const { spec, interceptors, statuses } = binding.endpoint;
  if (spec.kind !== "unary") throw new Error(`${spec.method.name} is not unary`);
  const output = await invokeUnaryImplementation(spec, ctx, input, interceptors);
  const status = getSuccessStatus(ctx) ?? statuses[0];
  const headers: OutgoingHttpHeaders = {};
  addHeaders(headers, ctx.responseHeader);
  const etag = formatEtag(binding.etag?.(output) ?? "");
  if (etag !== undefined) headers.etag = etag;
  if (status === 204) sendEmpty(response, status, headers);
  else if (etag !== undefined && isUnchanged(ctx, etag)) sendEmpty(response, 304, headers);
  else {
    const body = binding.write(output);
    sendJson(response, status, headers, body, { head: ctx.requestMethod === "HEAD" });
  }
}

/** Whether a read need not be sent again, since the caller has this version. */
function isUnchanged({ requestMethod, requestHeader }: HandlerContext, etag: string): boolean {
  if (requestMethod !== "GET" && requestMethod !== "HEAD") return false;
  const condition = requestHeader.get("if-none-match");
  return condition !== null && matchesEtag(condition, etag);
}
