import type { ServerResponse } from "node:http";
import type { ConnectRouter } from "@connectrpc/connect";
import { type HttpHandler, pathOf, sendError } from "./http.ts";

type RpcHandler = ConnectRouter["handlers"][number];

/**
 * Refuses what no RPC protocol will take, with words. The library answers the
 * same statuses without a body and without `Allow`.
 */
export function negotiateRpc(handlers: readonly RpcHandler[], next: HttpHandler): HttpHandler {
  const byPath = new Map(handlers.map((handler) => [handler.requestPath, handler]));
  return (req, res) => {
    const rpc = byPath.get(pathOf(req));
    if (rpc === undefined) return next(req, res);
    const method = req.method ?? "";
    if (!rpc.allowedMethods.includes(method)) {
      const allow = rpc.allowedMethods.join(", ");
      (res as ServerResponse).setHeader("allow", allow);
      return sendError(res, "method_not_allowed", `this method takes ${allow}, not ${method}`);
    }
    if (method === "POST" && !rpc.supportedContentType(req.headers["content-type"] ?? "")) {
      return sendError(
        res,
        "unsupported_media_type",
        "content-type has to be application/json or application/proto, or one of gRPC, gRPC-Web " +
          "or Connect streaming",
      );
    }
    return next(req, res);
  };
}
