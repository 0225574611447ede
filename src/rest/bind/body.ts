import { isUtf8 } from "node:buffer";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Properties } from "../codec/local-value.ts";
import { MAX_DEPTH, type ReadContext } from "../codec/read-context.ts";
import type { Violations } from "../codec/violation.ts";
import {
  invalidFields,
  malformedRequest,
  payloadTooLarge,
  unsupportedMediaType,
} from "../error/request-error.ts";
import { isJson, isPlain } from "../http/content-type.ts";
import { hasBody, type NodeRequest } from "../http/node-http.ts";
import { readBody } from "../http/read-body.ts";
import type { Binding } from "../rule/binding.ts";

/**
 * Reads a body into a request. An empty one sets nothing. Throws a ConnectError
 * for a body that cannot be read: 400, 413, 415.
 */
export async function bindBody(
  request: NodeRequest,
  { body, endpoint }: Binding,
  message: Properties,
  violations: Violations,
): Promise<void> {
  if (!hasBody(request)) return;
  if (body.kind !== "none") checkMediaType(request);
  // A body that is announced is refused before it comes; a chunked one may be empty.
  const announced = Number(request.headers["content-length"] ?? 0) > 0;
  if (body.kind === "none" && announced) throw unexpectedBody();
  const bytes = await receive(request, endpoint.readMaxBytes);
  if (bytes.length === 0) return;
  if (body.kind === "none") throw unexpectedBody();
  const json = parseJson(bytes);
  const ctx: ReadContext = { violations, depth: MAX_DEPTH };
  if (body.kind === "request") body.read(message, json, ctx);
  else body.member.read(message, json, ctx, undefined);
}

function unexpectedBody(): ConnectError {
  return malformedRequest("this request takes no body");
}

function checkMediaType(request: NodeRequest): void {
  const type = request.headers["content-type"];
  if (!isJson(type)) {
    throw unsupportedMediaType(`the body must be application/json in UTF-8, not ${type}`);
  }
  if (!isPlain(request.headers["content-encoding"])) {
    throw unsupportedMediaType("the body must not be compressed");
  }
}

async function receive(request: NodeRequest, maxBytes: number): Promise<Buffer> {
  const bytes = await readBody(request, maxBytes);
  if (bytes === "too_large") throw payloadTooLarge(maxBytes);
  if (bytes === "aborted") throw new ConnectError("the body broke off", Code.Canceled);
  return bytes;
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalidFields([{ field: "body", description: "is not UTF-8" }]);
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw invalidFields([{ field: "body", description: "is not valid JSON" }]);
  }
}
