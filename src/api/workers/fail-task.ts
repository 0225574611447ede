import type { HandlerContext } from "@connectrpc/connect";
import {
  type FailTaskRequest,
  FailTaskRequestSchema,
} from "../../../gen/parley/v1/worker_outcome_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent } from "../../domain/event.ts";
import { fail } from "../../domain/task-commands.ts";
import { changeTask, taskNow } from "./lease.ts";

export function failTask(context: Context) {
  return async (request: FailTaskRequest, call: HandlerContext) => {
    const schema = FailTaskRequestSchema;
    const { events } = await changeTask(context, call, schema, request, (_head, open) =>
      fail(open, request, context.clock.now()),
    );
    const willRetry = events.some((record) => decodeEvent(record).type === "task_released");
    return { task: await taskNow(context, request.taskId), willRetry };
  };
}
