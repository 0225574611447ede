import type { OutgoingHttpHeaders } from "node:http";
import { acceptedCodings } from "../http/accept-encoding.ts";
import { compress } from "../http/content-coding.ts";
import type { NodeResponse } from "../http/node-http.ts";

/** Whether a caller may get a body of so many bytes, or characters, compressed. */
export function mayCompress(response: NodeResponse, size: number, minBytes: number): boolean {
  return size >= minBytes || !acceptedCodings(acceptEncoding(response)).plain;
}

/**
 * Sends a whole answer, compressed if the caller likes that. Its `content-type` is
 * in the headers already.
 *
 * An ETag stays what it is. It names a version of the resource, which `If-Match`
 * asks for by strong comparison: made weak, or different by coding, it would never
 * match again. Nothing here serves ranges, where the bytes themselves would matter.
 */
export async function sendCompressible(
  response: NodeResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array,
  { head }: { readonly head: boolean },
): Promise<void> {
  const { coding } = acceptedCodings(acceptEncoding(response));
  addVary(response, headers);
  if (coding === undefined) return sendBytes(response, status, headers, body, head);
  headers["content-encoding"] = coding;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  sendBytes(response, status, headers, await compress(bytes, coding), head);
}

/** Sends a body as it is; `head`: everything but the body. */
export function sendBytes(
  response: NodeResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array,
  head: boolean,
): void {
  headers["content-length"] = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, headers);
  if (head) response.end();
  else response.end(body);
}

/**
 * Caches keep an answer for those who accept the same codings. What a server around
 * this one has set before, such as `Origin`, stays.
 */
export function addVary(response: NodeResponse, headers: OutgoingHttpHeaders): void {
  const said = [response.getHeader("vary"), headers.vary].flatMap((value) => value ?? []);
  headers.vary = [...said, "Accept-Encoding"].join(", ");
}

function acceptEncoding(response: NodeResponse): string | undefined {
  const header = response.req.headers["accept-encoding"];
  return Array.isArray(header) ? header.join(", ") : header;
}
