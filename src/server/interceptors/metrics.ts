import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Metrics } from "../../telemetry/metrics.ts";
import { methodName, protocolOf, settle } from "./call.ts";
import { outcomeOf } from "./log.ts";

/** Counts calls that run and calls that ended; times those that are no streams. */
export function measureCalls(metrics: Metrics): Interceptor {
  return (next) => (req) => {
    const method = methodName(req);
    const protocol = protocolOf(req);
    const began = performance.now();
    metrics.callStarted(method, protocol);
    return settle(next, req, (error) => {
      metrics.callFinished({
        method,
        protocol,
        outcome: outcomeOf(
          error === undefined ? undefined : ConnectError.from(error, Code.Internal),
        ),
        seconds: req.stream ? undefined : (performance.now() - began) / 1000,
      });
    });
  };
}
