import type { OutgoingHttpHeaders } from "node:http";
import type { HttpBody } from "../../../gen/google/api/httpbody_pb.js";
import { isCompressible } from "../http/content-type.ts";
import type { NodeResponse } from "../http/node-http.ts";
import { mayCompress, sendBytes, sendCompressible } from "./send-body.ts";

/** What bytes are that nobody says anything of. */
const DEFAULT_TYPE = "application/octet-stream";

/** Sends a google.api.HttpBody as it is; an absent one is an empty body. */
export async function sendRaw(
  response: NodeResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: HttpBody | undefined,
  options: { readonly head: boolean; readonly compressMinBytes: number },
): Promise<void> {
  const data = body?.data ?? new Uint8Array();
  const contentType = setRawHeaders(headers, body);
  const { head, compressMinBytes } = options;
  if (isCompressible(contentType) && mayCompress(response, data.length, compressMinBytes)) {
    await sendCompressible(response, status, headers, data, { head });
  } else {
    sendBytes(response, status, headers, data, head);
  }
}

/**
 * Sets the type of a raw body, and gives it. It is to be believed: a file that
 * somebody uploaded as text must not run as a page because a browser thinks it
 * looks like one.
 */
export function setRawHeaders(headers: OutgoingHttpHeaders, body: HttpBody | undefined): string {
  const contentType = body?.contentType || DEFAULT_TYPE;
  headers["content-type"] = contentType;
  headers["x-content-type-options"] ??= "nosniff";
  return contentType;
}
