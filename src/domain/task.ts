import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { type OpenTask, OpenTaskSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  ReleaseReason,
  type TaskClaimed,
  type TaskCompleted,
  type TaskReleased,
  type UsageReported,
} from "../../gen/parley/v1/task_event_pb.js";
import { type Task, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { merged } from "./merge.ts";
import { addDollars } from "./money.ts";
import { after, hasEnded, type TaskStep } from "./task-machine.ts";
import { msAfter, msBetween } from "./time.ts";

/** Most names of agents and of tools that a task keeps. */
const MAX_NAMES = 64;

/** A task as it is submitted. */
export function openTask(task: Task, readyAt: Timestamp): OpenTask {
  return create(OpenTaskSchema, { task: { ...task, status: TaskStatus.QUEUED }, readyAt });
}

export function taskOf(open: OpenTask): Task {
  if (open.task === undefined) throw new TypeError("an open task without its task");
  return open.task;
}

export function isLeased(open: OpenTask): boolean {
  return open.leaseId !== "";
}

/** True of a task that does not wait: it is worked on, or was and is held. */
export function isClaimed(open: OpenTask): boolean {
  return taskOf(open).status !== TaskStatus.QUEUED;
}

/** From the first claim of a task up to a time, without pauses, in milliseconds. */
export function workedMs({ task, pausedAt, pausedMs }: OpenTask, until: Timestamp): number {
  return Math.max(msBetween(task?.startedAt, pausedAt ?? until) - Number(pausedMs), 0);
}

/**
 * The task after an event of its own. What is given stays as it is. An event that cannot have been
 * is passed over: what is in the log is not refused any more.
 */
export function foldTask(before: OpenTask, event: Event): OpenTask {
  const task: Task = { ...taskOf(before) };
  const open: OpenTask = { ...before, task };
  if (event.payload.case === "usageReported") {
    use(task, event.payload.value);
    return open;
  }
  const step = stepOf(event);
  const status = step === undefined ? undefined : after(task.status, step);
  if (status === undefined) return before;
  task.status = status;
  change(open, task, event);
  if (hasEnded(status)) end(open, task, event.at!);
  return open;
}

function stepOf({ payload }: Event): TaskStep | undefined {
  if (payload.case === "taskResumed") return payload.value.leased ? "resume" : "requeue";
  return payload.case === undefined ? undefined : STEPS.get(payload.case);
}

const STEPS: ReadonlyMap<string, TaskStep> = new Map([
  ["taskClaimed", "claim"],
  ["taskProgressed", "progress"],
  ["taskReleased", "release"],
  ["taskPaused", "pause"],
  ["taskCompleted", "complete"],
  ["taskFailed", "fail"],
  ["taskCancelled", "cancel"],
  ["taskTimedOut", "timeOut"],
]);

function change(open: OpenTask, task: Task, { payload, eventId, at }: Event): void {
  switch (payload.case) {
    case "taskClaimed":
      claim(open, task, payload.value, eventId);
      if (task.startedAt === undefined) start(open, task, at!);
      return;
    case "taskProgressed":
      task.progress = payload.value.progress;
      if (payload.value.currentStage !== undefined) task.currentStage = payload.value.currentStage;
      if (payload.value.workflowId !== undefined) task.workflowId = payload.value.workflowId;
      return;
    case "taskReleased":
      release(open, task, payload.value);
      return;
    case "taskPaused":
      pause(open, at!);
      return;
    case "taskResumed":
      resume(open, at!);
      if (!payload.value.leased) offerAgain(open, at);
      return;
    case "taskCompleted":
      complete(task, payload.value);
      return;
    case "taskFailed":
      task.errorCode = payload.value.errorCode;
      task.errorMessage = payload.value.errorMessage;
      return;
    case "taskCancelled":
      task.errorCode = payload.value.errorCode;
      if (payload.value.reason !== undefined) task.errorMessage = payload.value.reason;
      return;
    case "taskTimedOut":
      task.errorCode = "time_limit";
      task.errorMessage = "took longer than its time limit";
      return;
    default:
  }
}

function claim(open: OpenTask, task: Task, claimed: TaskClaimed, leaseId: string): void {
  task.attempt = claimed.attempt;
  task.workerId = claimed.workerId;
  open.leaseId = leaseId;
  open.unsaid = false;
  setTime(open, "leaseExpiresAt", claimed.leaseExpiresAt);
  setTime(open, "readyAt", undefined);
}

function complete(task: Task, { result, confidenceScore, metadata }: TaskCompleted): void {
  task.result = result;
  task.progress = 100;
  if (confidenceScore !== undefined) task.confidence = confidenceScore;
  if (metadata !== undefined) task.metadata = merged(task.metadata, metadata);
}

function start(open: OpenTask, task: Task, at: Timestamp): void {
  task.startedAt = at;
  if (task.timeLimit !== undefined) open.deadlineAt = msAfter(at, durationMs(task.timeLimit));
}

function release(open: OpenTask, task: Task, { reason, readyAt }: TaskReleased): void {
  task.progress = 0;
  delete task.currentStage;
  if (reason === ReleaseReason.RETURNED && task.attempt > 0) task.attempt--;
  offerAgain(open, readyAt);
}

function offerAgain(open: OpenTask, readyAt: Timestamp | undefined): void {
  open.leaseId = "";
  setTime(open, "leaseExpiresAt", undefined);
  setTime(open, "readyAt", readyAt);
}

function pause(open: OpenTask, at: Timestamp): void {
  open.pausedAt = at;
  if (open.deadlineAt === undefined) return;
  open.timeLeft = durationFromMs(msBetween(at, open.deadlineAt));
  delete open.deadlineAt;
}

function resume(open: OpenTask, at: Timestamp): void {
  open.pausedMs += BigInt(msBetween(open.pausedAt, at));
  delete open.pausedAt;
  if (open.timeLeft === undefined) return;
  open.deadlineAt = msAfter(at, durationMs(open.timeLeft));
  delete open.timeLeft;
}

function end(open: OpenTask, task: Task, at: Timestamp): void {
  if (open.pausedAt !== undefined) resume(open, at);
  offerAgain(open, undefined);
  delete open.deadlineAt;
  task.completedAt = at;
  if (task.startedAt !== undefined) task.durationMs = BigInt(workedMs(open, at));
}

function use(task: Task, usage: UsageReported): void {
  task.totalTokens += tokensOf(usage);
  task.totalCostUsd = addDollars(task.totalCostUsd, usage.cost);
  task.agentsUsed = withName(task.agentsUsed, usage.agentId);
  task.toolsInvoked = withName(task.toolsInvoked, usage.tool);
}

/** Tokens of one report: those that were told apart, and those that were not. */
export function tokensOf({
  inputTokens,
  outputTokens,
  tokens,
}: Pick<UsageReported, "inputTokens" | "outputTokens" | "tokens">): bigint {
  return inputTokens + outputTokens + tokens;
}

function withName(names: readonly string[], name: string | undefined): string[] {
  if (name === undefined || name === "" || names.includes(name) || names.length >= MAX_NAMES) {
    return [...names];
  }
  return [...names, name].sort();
}

function setTime(
  open: OpenTask,
  field: "leaseExpiresAt" | "readyAt",
  time: Timestamp | undefined,
): void {
  if (time === undefined) delete open[field];
  else open[field] = time;
}
