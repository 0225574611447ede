import type { ServiceImpl } from "@connectrpc/connect";
import type { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import type { Context } from "../../context.ts";
import { appendTaskOutput } from "./append-task-output.ts";
import { claimTask } from "./claim-task.ts";
import { completeTask } from "./complete-task.ts";
import { failTask } from "./fail-task.ts";
import { heartbeat } from "./heartbeat.ts";
import { publishTaskPartial } from "./publish-task-partial.ts";
import { reportProgress } from "./report-progress.ts";
import { reportUsage } from "./report-usage.ts";

export function workerService(context: Context) {
  return {
    claimTask: claimTask(context),
    heartbeat: heartbeat(context),
    reportProgress: reportProgress(context),
    appendTaskOutput: appendTaskOutput(context),
    publishTaskPartial: publishTaskPartial(context),
    reportUsage: reportUsage(context),
    completeTask: completeTask(context),
    failTask: failTask(context),
  } satisfies ServiceImpl<typeof WorkerService>;
}
