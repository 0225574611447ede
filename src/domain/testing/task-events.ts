import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Event } from "../../../gen/parley/v1/event_pb.js";
import { type Task, TaskSchema } from "../../../gen/parley/v1/task_pb.js";
import { placedEvent } from "./events.ts";

type Fields = Exclude<MessageInitShape<typeof TaskSchema>, { $typeName: string }>;

/** The task `t1`, as it is submitted. */
export function submittedTask(fields: Fields = {}): Task {
  const createdAt = timestampFromMs(2000);
  return create(TaskSchema, { taskId: "t1", number: 1, query: "secret", createdAt, ...fields });
}

/** An event of a task in its place; see `placedEvent`. */
export function taskEvent(
  seq: number,
  payload: Parameters<typeof placedEvent>[1],
  taskId = "t1",
): Event {
  return { ...placedEvent(seq, payload), taskId };
}

export function submitted(seq: number, fields: Fields = {}, first = false): Event {
  const task = submittedTask(fields);
  return taskEvent(seq, { case: "taskSubmitted", value: { task, first } }, task.taskId);
}

export function claimed(seq: number, workerId = "w1", attempt = 1, taskId = "t1"): Event {
  return taskEvent(seq, { case: "taskClaimed", value: { workerId, attempt } }, taskId);
}

export function progressed(seq: number, progress: number, currentStage?: string): Event {
  const value = { progress, ...(currentStage && { currentStage }) };
  return taskEvent(seq, { case: "taskProgressed", value });
}
