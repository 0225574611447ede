import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { callerKey } from "../../api/caller.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { reasonOf } from "../error-reason.ts";
import { REQUEST_ID } from "../request-id.ts";
import { type CallRequest, methodName, type Protocol, protocolOf, settle } from "./call.ts";

/**
 * Counts calls that run and calls that ended, times those that are no streams, and logs
 * each when it is over.
 * @param logger undefined: calls are not logged
 */
export function observeCalls(metrics: Metrics, logger: Logger | undefined): Interceptor {
  return (next) => (req) => {
    const method = methodName(req);
    const protocol = protocolOf(req);
    const began = performance.now();
    metrics.callStarted(method, protocol);
    return settle(next, req, (error) => {
      const failed = error === undefined ? undefined : ConnectError.from(error, Code.Internal);
      const ms = performance.now() - began;
      const outcome = outcomeOf(failed);
      const seconds = req.stream ? undefined : ms / 1000;
      metrics.callFinished({ method, protocol, outcome, seconds });
      if (logger !== undefined) log(logger, req, { protocol, code: failed?.code, outcome, ms });
    });
  };
}

interface Ended {
  readonly protocol: Protocol;
  /** Undefined: it succeeded. */
  readonly code: Code | undefined;
  readonly outcome: string;
  readonly ms: number;
}

/**
 * One line for a call. Never content, credentials or what a driver said. Callers'
 * mistakes are everyday business, so only what we did wrong is above info.
 */
function log(logger: Logger, req: CallRequest, { protocol, code, outcome, ms }: Ended): void {
  const at = level(code);
  if (!logger.isLevelEnabled(at)) return;
  logger[at](
    {
      method: methodName(req),
      protocol,
      outcome,
      ms: Math.round(ms * 10) / 10,
      request_id: req.header.get(REQUEST_ID),
      tenant: req.contextValues.get(callerKey)?.tenantId,
    },
    "call",
  );
}

/** `ok`, `canceled` when the caller went away, or the reason of the error. */
function outcomeOf(error: ConnectError | undefined): string {
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
