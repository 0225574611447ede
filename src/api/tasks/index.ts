import type { ServiceImpl } from "@connectrpc/connect";
import type { TaskService } from "../../../gen/parley/v1/task_service_pb.js";
import type { Context } from "../../context.ts";
import { cancelTask } from "./cancel-task.ts";
import { getTask } from "./get-task.ts";
import { listTasks } from "./list-tasks.ts";
import { submitTask } from "./submit-task.ts";

export function taskService(context: Context) {
  return {
    submitTask: submitTask(context),
    getTask: getTask(context),
    listTasks: listTasks(context),
    cancelTask: cancelTask(context),
  } satisfies ServiceImpl<typeof TaskService>;
}
