import type { ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { type HttpHandler, pathOf, sendError, sendJson, sendText } from "./http.ts";
import { docsEndpoints } from "./openapi/docs-endpoints.ts";
import type { ReadyReport, Serving } from "./serving.ts";

/**
 * What is asked without RPC, before everything else and in any HTTP version:
 * `/healthz` for whoever restarts the process, `/readyz` for whoever sends it
 * traffic, `/metrics` for Prometheus, `/openapi.json` and `/docs` for whoever
 * writes a client.
 */
export function plainEndpoints(serving: Serving, registry: Registry, next: HttpHandler) {
  const endpoints = new Map<string, HttpHandler>([
    [
      "/healthz",
      (_req, res) => {
        const live = serving.live();
        sendJson(res, live ? 200 : 503, { status: live ? "live" : "stuck" });
      },
    ],
    [
      "/readyz",
      async (_req, res) => {
        const report = await serving.report();
        const { stores } = report;
        sendJson(res, report.serving ? 200 : 503, { status: readiness(report), stores });
      },
    ],
    [
      "/metrics",
      async (_req, res) => sendText(res, 200, registry.contentType, await registry.metrics()),
    ],
    ...docsEndpoints(),
  ]);
  const handler: HttpHandler = (req, res) => {
    const endpoint = endpoints.get(pathOf(req));
    if (endpoint === undefined) return next(req, res);
    if (req.method === "GET" || req.method === "HEAD") return endpoint(req, res);
    (res as ServerResponse).setHeader("allow", "GET, HEAD");
    return sendError(res, "method_not_allowed", "this takes GET");
  };
  return handler;
}

function readiness({ serving, stores }: ReadyReport): "ready" | "degraded" | "unavailable" {
  if (!serving) return "unavailable";
  return Object.values(stores).every((state) => state === "ready") ? "ready" : "degraded";
}
