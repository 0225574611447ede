import type { ServerResponse } from "node:http";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { ConnectRouter } from "@connectrpc/connect";
import { type HttpRequest, type HttpResponse, sendError } from "./http.ts";

/** One method of the router, for all RPC protocols. */
export type RpcHandler = ConnectRouter["handlers"][number];

/**
 * Refuses what no RPC protocol will take, with words; true if it did. The library
 * answers the same statuses without a body and without `Allow`.
 */
export function refuseRpc(rpc: RpcHandler, req: HttpRequest, res: HttpResponse): boolean {
  const method = req.method ?? "";
  const headers = res as ServerResponse;
  if (!rpc.allowedMethods.includes(method)) {
    const allow = rpc.allowedMethods.join(", ");
    headers.setHeader("allow", allow);
    sendError(res, "method_not_allowed", `this method takes ${allow}, not ${method}`);
  } else if (method === "POST" && !rpc.supportedContentType(req.headers["content-type"] ?? "")) {
    const types =
      "content-type has to be application/json or application/proto, or one of gRPC, gRPC-Web " +
      "or Connect streaming";
    sendError(res, "unsupported_media_type", types);
  } else if (method === "GET" && !hasReadableMessage(req)) {
    sendError(res, "invalid_argument", "the message in the query is not base64");
  } else if (rpc.method.methodKind === "bidi_streaming" && req.httpVersionMajor === 1) {
    // A caller who goes on sending would wait for ever on a connection that is kept.
    headers.setHeader("connection", "close");
    sendError(res, "unimplemented", "streams both ways need HTTP/2", 505);
  } else return false;
  return true;
}

/** The library takes a message that does not decode for a failure of its own: 500. */
function hasReadableMessage({ url = "" }: HttpRequest): boolean {
  const at = url.indexOf("?");
  const query = new URLSearchParams(at === -1 ? "" : url.slice(at));
  if (query.get("base64") !== "1") return true;
  try {
    base64Decode(query.get("message") ?? "");
    return true;
  } catch {
    return false;
  }
}
