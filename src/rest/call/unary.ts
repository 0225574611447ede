import type { OutgoingHttpHeader, OutgoingHttpHeaders } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { formatEtag, matchesEtag } from "../http/etag.ts";
import { addHeaders, type NodeResponse } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import { sendEmpty, sendJson } from "./answer.ts";
import { invokeUnary } from "./invoke.ts";
import { sendRaw } from "./raw-answer.ts";
import { addVary, mayCompress, sendCompressible } from "./send-body.ts";
import { getSuccessStatus } from "./success-status.ts";

/** Calls a unary method and sends its answer. */
export async function answerUnary(
  binding: Binding,
  ctx: HandlerContext,
  input: Message,
  response: NodeResponse,
): Promise<void> {
  const { spec, interceptors, statuses, compressMinBytes } = binding.endpoint;
  if (spec.kind !== "unary") throw new Error(`${spec.method.name} is not unary`);
  const { message: output, header } = await invokeUnary(spec, ctx, input, interceptors);
  const status = getSuccessStatus(ctx) ?? statuses[0];
  const headers: OutgoingHttpHeaders = {};
  addHeaders(headers, header);
  const etag = formatEtag(binding.etag?.(output) ?? "");
  if (etag !== undefined) headers.etag = etag;
  const head = ctx.requestMethod === "HEAD";
  if (status === 204) sendEmpty(response, status, headers);
  else if (isUnchanged(ctx, headers.etag)) {
    addVary(response, headers); // as the 200 may have had it
    sendEmpty(response, 304, headers);
  } else if (binding.raw !== undefined) {
    const options = { head, compressMinBytes };
    await sendRaw(response, status, headers, binding.raw(output), options);
  } else {
    const body = binding.write(output);
    if (mayCompress(response, body.length, compressMinBytes)) {
      headers["content-type"] = "application/json";
      await sendCompressible(response, status, headers, body, { head });
    } else {
      sendJson(response, status, headers, body, { head });
    }
  }
}

/** Whether a read need not be sent again, since the caller has the version with this tag. */
function isUnchanged(
  { requestMethod, requestHeader }: HandlerContext,
  etag: OutgoingHttpHeader | undefined,
): boolean {
  if (requestMethod !== "GET" && requestMethod !== "HEAD") return false;
  const condition = typeof etag === "string" ? requestHeader.get("if-none-match") : null;
  return condition !== null && matchesEtag(condition, String(etag));
}
