import type { HandlerContext } from "@connectrpc/connect";
import type { GetSessionResultsRequest } from "../../../gen/parley/v1/run_requests_pb.js";
import type { Context } from "../../context.ts";
import { refuseOtherFormats, resultsNotAvailable, resultsOf } from "../../domain/results.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { TASK_END } from "../tail.ts";

export function getSessionResults(context: Context) {
  return async (request: GetSessionResultsRequest, call: HandlerContext) => {
    refuseOtherFormats(request.format);
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: TASK_END,
    });
    const completion = await context.log.completion(reading);
    if (completion === undefined) throw resultsNotAvailable();
    const { taskId, completed } = completion;
    const found = request.includeMetadata ? await context.log.findTask(taskId) : undefined;
    markStale(call, reading);
    return resultsOf(reading.session.sessionId, completed, found?.task);
  };
}
