import type { HandlerContext } from "@connectrpc/connect";
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
} from "../../../gen/parley/v1/worker_outcome_pb.js";
import type { Context } from "../../context.ts";
import { complete } from "../../domain/task-commands.ts";
import { changeTask, taskNow } from "./lease.ts";

export function completeTask(context: Context) {
  return async (request: CompleteTaskRequest, call: HandlerContext) => {
    const schema = CompleteTaskRequestSchema;
    await changeTask(context, call, schema, request, (head, open) => complete(head, open, request));
    return { task: await taskNow(context, request.taskId) };
  };
}
