import type { Logger } from "pino";
import { type HttpHandler, type HttpRequest, type HttpResponse, sendError } from "./http.ts";
import { REQUEST_ID } from "./request-id.ts";
import { normaliseTarget } from "./request-target.ts";

/**
 * Refuses requests whose target or host is none. connect-node 2.2.0 throws inside
 * the request listener when a request to a valid RPC path has no usable authority
 * (`Host: [`, or HTTP/1.0 without one); nobody catches that, and the process ends.
 */
export function guard(handle: HttpHandler): HttpHandler {
  return (req, res) => {
    const wrong = normaliseTarget(req);
    if (wrong !== undefined) return sendError(res, "invalid_argument", wrong);
    return handle(req, res);
  };
}

/**
 * The net below every handler: what one throws, synchronously or not, is an
 * answer of 500 and a line in the log, and ends with its request.
 */
export function contain(handle: HttpHandler, logger: Logger): HttpHandler {
  const failed = (err: unknown, req: HttpRequest, res: HttpResponse) => {
    logger.error({ err, request_id: req.headers[REQUEST_ID] }, "a request handler threw");
    sendError(res, "internal", "internal error");
  };
  return (req, res) => {
    // Without listeners the error of a write after the end, and of a request that was cut off
    // behind another on its connection, would be nobody's, and end the process.
    req.on("error", ignore);
    res.on("error", ignore);
    try {
      handle(req, res)?.catch((err) => failed(err, req, res));
    } catch (err) {
      failed(err, req, res);
    }
  };
}

function ignore(): void {
  // Whoever waits for the answer is told by "close".
}
