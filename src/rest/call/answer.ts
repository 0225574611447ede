import type { OutgoingHttpHeaders } from "node:http";
import type { ErrorAnswer } from "../error/error-answer.ts";
import { addHeaders, type NodeResponse } from "../http/node-http.ts";

/** What of a request decides how an answer is sent. */
export interface AnswerOptions {
  /** True for HEAD: everything but the body is sent. */
  readonly head: boolean;
}

/**
 * Sends a whole answer in one piece. As a string and not as bytes, since Node then
 * writes head and body to the socket together; as Latin-1 where that is the same, since
 * such a string is copied as it stands.
 */
export function sendJson(
  response: NodeResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string,
  { head }: AnswerOptions,
): void {
  headers["content-type"] = "application/json";
  const length = Buffer.byteLength(body);
  headers["content-length"] = length;
  response.writeHead(status, headers);
  if (head) response.end();
  else response.end(body, length === body.length ? "latin1" : "utf8");
}

/** Sends an answer that has no body, such as 204 and 304. */
export function sendEmpty(response: NodeResponse, status: number, headers: OutgoingHttpHeaders) {
  response.writeHead(status, headers);
  response.end();
}

/** Sends an error. On HTTP/1.1 the connection ends with a body that is not read on (413). */
export function sendError(
  response: NodeResponse,
  { status, body, headers: errorHeaders }: ErrorAnswer,
  options: AnswerOptions & { readonly http1: boolean },
): void {
  const headers: OutgoingHttpHeaders = {};
  addHeaders(headers, errorHeaders);
  if (status === 413 && options.http1) headers.connection = "close";
  sendJson(response, status, headers, JSON.stringify(body), options);
}
