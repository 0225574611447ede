import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { callerKey } from "../../api/caller.ts";
import { reasonOf } from "../error-reason.ts";
import { REQUEST_ID } from "../request-id.ts";
import { methodName, protocolOf, settle } from "./call.ts";

/**
 * One line for each call when it is over. Never content, credentials or what a
 * driver said. Callers' mistakes are everyday business, so only what we did wrong
 * is above info.
 */
export function logCalls(logger: Logger): Interceptor {
  return (next) => (req) => {
    const began = performance.now();
    return settle(next, req, (error) => {
      const failed = error === undefined ? undefined : ConnectError.from(error, Code.Internal);
      const at = level(failed?.code);
      if (!logger.isLevelEnabled(at)) return;
      logger[at](
        {
          method: methodName(req),
          protocol: protocolOf(req),
          outcome: outcomeOf(failed),
          ms: Math.round((performance.now() - began) * 10) / 10,
          request_id: req.header.get(REQUEST_ID),
          tenant: req.contextValues.get(callerKey)?.tenantId,
        },
        "call",
      );
    });
  };
}

/** `ok`, `canceled` when the caller went away, or the reason of the error. */
export function outcomeOf(error: ConnectError | undefined): string {
  if (error === undefined) return "ok";
  return error.code === Code.Canceled ? "canceled" : reasonOf(error);
}

function level(code: Code | undefined): "info" | "warn" | "error" {
  switch (code) {
    case Code.Internal:
    case Code.Unknown:
    case Code.DataLoss:
      return "error";
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return "warn";
    default:
      return "info";
  }
}
