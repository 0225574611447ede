import type { HandlerContext } from "@connectrpc/connect";
import type { GetSessionMetricsRequest } from "../../../gen/parley/v1/run_metrics_pb.js";
import type { Context } from "../../context.ts";
import { METRICS_TASKS, metricsOf } from "../../domain/metrics.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

export function getSessionMetrics(context: Context) {
  return async (request: GetSessionMetricsRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
    });
    const { head, session } = reading;
    const wish = { order: "desc", offset: 0, limit: METRICS_TASKS } as const;
    const tasks = await context.log.tasks(reading, wish);
    markStale(call, reading);
    return metricsOf(head, session, tasks.toReversed(), context.clock.now());
  };
}
