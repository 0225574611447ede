import { toBinary } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type Head, type OpenTask, OpenTaskSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Task, TaskSchema, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { toMicros } from "./money.ts";
import { foldTask, openTask, taskOf } from "./task.ts";

/**
 * A task as it is found by who looks for work, for what is due, and for tasks: it follows
 * from the log like everything else, and is written with the events that change it.
 */
export interface TaskRecord {
  readonly taskId: string;
  readonly number: number;
  readonly type: string;
  readonly agentId: string | undefined;
  readonly status: TaskStatus;
  /** From when on workers may have it; undefined: they may not. */
  readonly readyAt: Date | undefined;
  /** Of the worker that has it; undefined: none has. */
  readonly leaseId: string | undefined;
  /** Until when that worker had to be heard of, as it claimed the task. */
  readonly leaseUntil: Date | undefined;
  /** When its time limit ends. */
  readonly deadlineAt: Date | undefined;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
  readonly tokens: bigint;
  readonly costMicros: bigint;
  readonly durationMs: bigint | undefined;
  /** The `Task`, encoded. */
  readonly bytes: Uint8Array;
}

/** Records of the tasks that events change, of those that ended too. */
export function changedTasks(before: Head, after: Head, events: readonly Event[]): TaskRecord[] {
  const ended = endedTasks(before, after, events);
  const known = new Map(before.tasks.map((open, i) => [taskOf(open).taskId, { open, i }]));
  const meant = new Set(events.map(({ taskId }) => taskId));
  const open = after.tasks.flatMap((task, i) => {
    const { taskId } = taskOf(task);
    const held = known.get(taskId);
    const same =
      held !== undefined &&
      isFirst(held.i) === isFirst(i) &&
      // What no event is about is not encoded to be compared.
      (!meant.has(taskId) || sameTask(held.open, task));
    return same ? [] : [recordOf(task, isFirst(i))];
  });
  return [...ended.map((task) => recordOf(task, false)), ...open];
}

/** Only the first task of a session is worked on. */
function isFirst(index: number): boolean {
  return index === 0;
}

function sameTask(one: OpenTask, other: OpenTask): boolean {
  if (one === other) return true;
  return Buffer.compare(toBinary(OpenTaskSchema, one), toBinary(OpenTaskSchema, other)) === 0;
}

function endedTasks(before: Head, after: Head, events: readonly Event[]): OpenTask[] {
  const left = new Set(after.tasks.map((open) => taskOf(open).taskId));
  const begun = events.flatMap(({ payload, at }) =>
    payload.case === "taskSubmitted" && payload.value.task !== undefined
      ? [openTask(payload.value.task, at!)]
      : [],
  );
  return [...before.tasks, ...begun]
    .filter((open) => !left.has(taskOf(open).taskId))
    .map((open) => {
      const own = events.filter(({ taskId }) => taskId === taskOf(open).taskId);
      return own.reduce(foldTask, open);
    });
}

function recordOf(open: OpenTask, first: boolean): TaskRecord {
  const task = taskOf(open);
  return {
    taskId: task.taskId,
    number: task.number,
    type: task.type,
    agentId: task.agentId,
    status: task.status,
    readyAt: first && task.status === TaskStatus.QUEUED ? dateOf(open.readyAt) : undefined,
    leaseId: open.leaseId === "" ? undefined : open.leaseId,
    leaseUntil: dateOf(open.leaseExpiresAt),
    deadlineAt: dateOf(open.deadlineAt),
    createdAt: createdAt(task),
    endedAt: dateOf(task.completedAt),
    tokens: task.totalTokens,
    costMicros: toMicros(task.totalCostUsd),
    durationMs: task.durationMs,
    bytes: toBinary(TaskSchema, task),
  };
}

function createdAt(task: Task): Date {
  const at = dateOf(task.createdAt);
  if (at === undefined) throw new TypeError("a task without the time it was submitted");
  return at;
}

function dateOf(time: Timestamp | undefined): Date | undefined {
  return time === undefined ? undefined : timestampDate(time);
}
