import type { OutgoingHttpHeaders } from "node:http";
import { constants } from "node:http2";
import type { connectNodeAdapter } from "@connectrpc/connect-node";
import { LazyHeaders } from "./lazy-headers.ts";

/** Answers requests of Node's http, https or http2 server, as Connect's adapter does. */
export type NodeHandler = ReturnType<typeof connectNodeAdapter>;

/** A request of Node's http, https or http2 server. */
export type NodeRequest = Parameters<NodeHandler>[0];

/** A response of Node's http, https or http2 server. */
export type NodeResponse = Parameters<NodeHandler>[1];

/**
 * Breaks an answer off, so that nobody takes it for a whole one: HTTP/1.1 loses its
 * connection before the last chunk, HTTP/2 gets RST_STREAM with INTERNAL_ERROR.
 */
export function breakOff(response: NodeResponse): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** Whether an answer is out, or can no longer go out. */
export function isClosed(response: NodeResponse): boolean {
  return "stream" in response ? response.stream.closed : response.destroyed;
}

/** Whether a body follows the head. On HTTP/1.1 the head says so, on HTTP/2 a flag does. */
export function hasBody(request: NodeRequest): boolean {
  if ("stream" in request) return !request.stream.endAfterHeaders;
  const length = request.headers["content-length"];
  return length === undefined ? request.headers["transfer-encoding"] !== undefined : length !== "0";
}

/**
 * The URL of a request for handlers to see, as it was sent; undefined when it
 * names no host or an impossible one. It is for logs and links, so nothing is
 * resolved in it.
 */
export function requestUrl(request: NodeRequest): string | undefined {
  const authority = "authority" in request ? request.authority : undefined;
  const host = authority || request.headers.host;
  if (host === undefined || !isHost(host)) return undefined;
  const target = request.url ?? "";
  if (!target.startsWith("/")) return target;
  const scheme = "encrypted" in request.socket && request.socket.encrypted ? "https" : "http";
  return `${scheme}://${host}${target}`;
}

/** Ordinary names are told by their form; `new URL` decides on the rest, such as `[::1]:80`. */
function isHost(host: string): boolean {
  if (/^[A-Za-z0-9.-]+(?::[0-9]{1,5})?$/.test(host)) return true;
  return !/[/?#@\\\s]/.test(host) && URL.canParse(`http://${host}/`);
}

/** Headers that frame a message. REST sets them itself; HTTP/2 forbids most of them. */
const FRAMING = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Adds what a handler set to the headers of an answer, without what REST sets itself. */
export function addHeaders(target: OutgoingHttpHeaders, source: Headers): void {
  if (source instanceof LazyHeaders && source.untouched) return;
  source.forEach((value, name) => {
    if (name === "set-cookie") target[name] = source.getSetCookie();
    else if (!FRAMING.has(name)) target[name] = value;
  });
}
