import { create } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Task, TaskSchema } from "../../gen/parley/v1/task_pb.js";
import { foldTask, openTask, taskOf } from "./task.ts";

/** What also happens to tasks that nobody works on. */
const WITHOUT_WORK: ReadonlySet<Event["payload"]["case"]> = new Set([
  "taskSubmitted",
  "taskCancelled",
]);

/**
 * The task that worked on a turn, as far as the events of the turn tell of it: the first that has
 * an event in it. To be submitted, or cancelled, is not to be worked on: tasks wait for their turn.
 */
export function turnTask(events: readonly Event[]): Task | undefined {
  const first = events.find(
    ({ taskId, payload }) => taskId !== undefined && !WITHOUT_WORK.has(payload.case),
  );
  if (first?.taskId === undefined) return undefined;
  const { taskId } = first;
  const own = events.filter((event) => event.taskId === taskId);
  return taskOf(own.reduce(foldTask, openTask(submittedTask(own, taskId), first.at!)));
}

/** It was most often submitted in an earlier turn. */
function submittedTask(own: readonly Event[], taskId: string): Task {
  for (const { payload } of own) {
    if (payload.case === "taskSubmitted" && payload.value.task !== undefined) {
      return payload.value.task;
    }
  }
  return create(TaskSchema, { taskId });
}
