import type { IncomingHttpHeaders } from "node:http";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { type HttpHandler, type HttpRequest, type HttpResponse, pathOf } from "./http.ts";
import { type RpcHandler, refuseRpc } from "./rpc-negotiation.ts";

/** Made once: a caller who leaves is no event worth a stack. */
const CALLER_GONE = new ConnectError("the caller has gone", Code.Canceled);

/**
 * Serves what Connect's router has, and hands on what it has not. In the place of
 * `connectNodeAdapter`, which writes failures to standard error as it likes; here they
 * are the caller's to log, and nobody's when they only say that the client has gone.
 */
export function serveRpcs({ handlers }: ConnectRouter, next: HttpHandler): HttpHandler {
  const byPath = new Map(handlers.map((handler) => [handler.requestPath, handler]));
  return (req, res) => {
    const rpc = byPath.get(pathOf(req));
    if (rpc === undefined) return next(req, res);
    if (!refuseRpc(rpc, req, res)) return serve(rpc, req, res);
  };
}

async function serve(rpc: RpcHandler, req: HttpRequest, res: HttpResponse): Promise<void> {
  clampTimeout(req.headers);
  const request = universalRequestFromNodeRequest(req, res, undefined, undefined);
  try {
    const answer = await rpc({ ...request, body: bodyOf(req), signal: whileThere(res) });
    await universalResponseToNodeResponse(answer, res);
  } catch (error) {
    if (!hasGone(res)) throw error;
  }
}

/**
 * The body, which outlives whoever reads it. Else what is wrong with a message, told before all of it
 * has come, ends the request though not its connection; Node then stops to read that for good, and
 * neither the next request is seen nor that the caller has left.
 */
function bodyOf(req: HttpRequest): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => req.iterator({ destroyOnReturn: false }) };
}

/** The library's own signal calls some of a client's ways to leave `internal`. */
function whileThere(res: HttpResponse): AbortSignal {
  const leaving = new AbortController();
  res.once("close", () => leaving.abort(CALLER_GONE));
  return leaving.signal;
}

function hasGone(res: HttpResponse): boolean {
  if ("stream" in res) return res.stream === undefined || res.stream.destroyed;
  return res.destroyed || res.socket === null || res.socket.destroyed;
}

/** The longest a timer of Node can be, 24 days, in seconds; one that is longer fires at once. */
const MAX_TIMER_S = Math.floor((2 ** 31 - 1) / 1000);
const SECONDS: Readonly<Record<string, number>> = { H: 3600, M: 60, S: 1 };

/** Takes deadlines beyond what a timer can be for the longest that can. */
function clampTimeout(headers: IncomingHttpHeaders): void {
  const connect = headers["connect-timeout-ms"];
  if (connect !== undefined && /^\d{10}$/.test(String(connect))) {
    headers["connect-timeout-ms"] = String(Math.min(Number(connect), MAX_TIMER_S * 1000));
  }
  const grpc = /^(\d{5,8})([HMS])$/.exec(String(headers["grpc-timeout"]));
  if (grpc !== null && Number(grpc[1]) * (SECONDS[grpc[2] ?? ""] ?? 1) > MAX_TIMER_S) {
    headers["grpc-timeout"] = `${MAX_TIMER_S}S`;
  }
}
