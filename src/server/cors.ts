import type { ServerResponse } from "node:http";
import { cors } from "@connectrpc/connect";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";

const METHODS = [...cors.allowedMethods, "PUT", "PATCH", "DELETE", "HEAD"].join(", ");

/** Beside the protocols': who calls, what REST and the interceptors read, and tracing. */
const REQUEST_HEADERS = [
  ...cors.allowedHeaders,
  "Accept",
  "Authorization",
  "Content-Encoding",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "X-Api-Key",
  "X-Request-Id",
  "X-Roles",
  "X-Server-Timeout",
  "X-Tenant-Id",
  "X-User-Id",
  "baggage",
  "traceparent",
  "tracestate",
].join(", ");

const RESPONSE_HEADERS = [
  ...cors.exposedHeaders,
  "Allow",
  "Content-Disposition",
  "ETag",
  "Location",
  "Parley-Stale",
  "Retry-After",
  "WWW-Authenticate",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "X-Request-Id",
].join(", ");

/** Seconds a browser may remember a preflight. More than two hours Chromium does not. */
const MAX_AGE = "7200";

/**
 * Lets pages of other origins call, over every protocol alike: it stands before all of
 * them, so that refusals can be read too. `origins` are those allowed, or `*`; none:
 * CORS is off. Pages of named origins may send cookies, those of `*` may not.
 */
export function allowOrigins(origins: readonly string[], next: HttpHandler): HttpHandler {
  if (origins.length === 0) return next;
  const any = origins.includes("*");
  const named = new Set(origins);
  return (req, res) => {
    const { origin } = req.headers;
    const target = res as ServerResponse;
    // Of an answer for another origin, or for none, a cache must know as well.
    if (!any) target.appendHeader("vary", "Origin");
    if (origin === undefined || !(any || named.has(origin))) return next(req, res);
    target.setHeader("access-control-allow-origin", any ? "*" : origin);
    if (!any) target.setHeader("access-control-allow-credentials", "true");
    if (isPreflight(req)) return answerPreflight(res);
    target.setHeader("access-control-expose-headers", RESPONSE_HEADERS);
    return next(req, res);
  };
}

function isPreflight({ method, headers }: HttpRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function answerPreflight(res: HttpResponse): void {
  const target = res as ServerResponse;
  target.appendHeader("vary", ["Access-Control-Request-Method", "Access-Control-Request-Headers"]);
  target.writeHead(204, {
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": REQUEST_HEADERS,
    "access-control-max-age": MAX_AGE,
  });
  target.end();
}
