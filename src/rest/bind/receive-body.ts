import { Code, ConnectError } from "@connectrpc/connect";
import { malformedRequest, payloadTooLarge, unsupportedMediaType } from "../error/request-error.ts";
import { CODINGS, decompress, parseCoding } from "../http/content-coding.ts";
import type { NodeRequest } from "../http/node-http.ts";
import { readBody } from "../http/read-body.ts";

/**
 * Reads a body and decompresses it. `maxBytes` is the limit of both sizes. Throws a
 * ConnectError: 413 beyond it, 415 for an unknown coding
 * (before it is read), 400 for a coding that was not kept.
 */
export async function receiveBody(request: NodeRequest, maxBytes: number): Promise<Buffer> {
  const coding = codingOf(request);
  const bytes = await readBody(request, maxBytes);
  if (bytes === "too_large") throw payloadTooLarge(maxBytes);
  if (bytes === "aborted") throw new ConnectError("the body broke off", Code.Canceled);
  if (coding === "identity" || bytes.length === 0) return bytes;
  const plain = await decompress(bytes, coding, maxBytes);
  if (plain === "too_large") throw payloadTooLarge(maxBytes);
  if (plain === "malformed") throw malformedRequest(`the body is not valid ${coding}`);
  return plain;
}

function codingOf({ headers }: NodeRequest) {
  const coding = parseCoding(headers["content-encoding"]);
  if (coding !== undefined) return coding;
  const message = `the body must be compressed as ${CODINGS.join(" or ")}, or not at all`;
  throw unsupportedMediaType(message, { "accept-encoding": CODINGS.join(", ") });
}
