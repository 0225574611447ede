import type { HandlerContext } from "@connectrpc/connect";
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
} from "../../../gen/parley/v1/worker_outcome_pb.js";
import type { Context } from "../../context.ts";
import { refuseLargeEvents } from "../../domain/event-limits.ts";
import { complete } from "../../domain/task-commands.ts";
import { changeWork } from "../work.ts";
import { taskNow, writeForTask } from "./lease.ts";

export function completeTask(context: Context) {
  return async (request: CompleteTaskRequest, call: HandlerContext) => {
    const schema = CompleteTaskRequestSchema;
    await writeForTask(context, call, schema, request, {
      decide(head, open, worker) {
        const decision = changeWork(context, worker, head, complete(head, open, request));
        refuseLargeEvents(decision.events, "citations", () => "citations");
        return decision;
      },
    });
    return { task: await taskNow(context, request.taskId) };
  };
}
