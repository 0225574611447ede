import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { REASONS, type Reason } from "../domain/errors.ts";
import { errorBody } from "./error-body.ts";

/** A request over HTTP/1.1 or HTTP/2. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;
export type HttpHandler = (req: HttpRequest, res: HttpResponse) => void | Promise<void>;

/** Both kinds of response take the same arguments, but TypeScript cannot call a union of overloads. */
type Head = Record<string, string | number>;

export function sendText(res: HttpResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  const head: Head = { "content-type": type, "content-length": body.length };
  const target = res as ServerResponse;
  target.writeHead(status, head);
  // Over HTTP/2 a body for HEAD is a write after the end, and the stream never closes.
  if (target.req.method === "HEAD") target.end();
  else target.end(body);
}

export function sendJson(res: HttpResponse, status: number, json: unknown): void {
  sendText(res, status, "application/json", `${JSON.stringify(json)}\n`);
}

/** Answers in the error shape, if an answer can still be given; else cuts the connection. */
export function sendError(
  res: HttpResponse,
  reason: Reason,
  message: string,
  status: number = REASONS[reason].http,
): void {
  if (res.headersSent) (res as ServerResponse).destroy();
  else sendJson(res, status, errorBody(reason, message, status));
}

/** The path of a request, as it was sent, without the query. */
export function pathOf(req: HttpRequest): string {
  const target = req.url ?? "";
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
