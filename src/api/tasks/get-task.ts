import type { HandlerContext } from "@connectrpc/connect";
import type { GetTaskRequest } from "../../../gen/parley/v1/task_requests_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { visibleTask } from "./visible-task.ts";

export function getTask(context: Context) {
  return async ({ taskId }: GetTaskRequest, call: HandlerContext) => {
    const { task } = await visibleTask(context, callerOf(call), taskId);
    return { task };
  };
}
