import { toBinary } from "@bufbuild/protobuf";
import { type Head, OpenTaskSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { type Task, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { OnBusy, type SubmitTaskRequest } from "../../gen/parley/v1/task_requests_pb.js";
import { refuseSpentBudget } from "./budget.ts";
import { ParleyError } from "./errors.ts";
import { refuseLargeObject } from "./json-size.ts";
import { checkPrompt } from "./run-request.ts";
import { MAX_METADATA_BYTES } from "./session.ts";
import { isClaimed } from "./task.ts";
import { cancellation } from "./task-control.ts";
import { currentTask, isRun } from "./work.ts";
import { messageDraft, type WorkDraft } from "./work-draft.ts";

/** Most tasks of a session that have not ended. */
export const MAX_OPEN_TASKS = 100;
/** Most bytes of them, encoded: they are part of the head, which every change of it writes. */
export const MAX_OPEN_BYTES = 4 * 1_048_576;

/** Refuses what no task could be. */
export function checkSubmission({ query, metadata }: SubmitTaskRequest): void {
  checkPrompt("query", query);
  refuseLargeObject("metadata", metadata, MAX_METADATA_BYTES);
}

/**
 * Submits a task to a session, or to one that is to be created with it. What the user asks is
 * said at once where it is the task's turn, else when it is claimed.
 */
export function submission(head: Head | undefined, task: Task, onBusy: OnBusy): WorkDraft[] {
  if (head?.session === undefined) return [asked(head, task), submitted(task, false)];
  if (isRun(head.session)) throw busy("a run takes no other task than the one it was made with");
  refuseSpentBudget(head.session);
  const current = currentTask(head);
  if (current === undefined) return [asked(head, task), submitted(task, false)];
  if (onBusy === OnBusy.REJECT) throw busy("the session has a task that has not ended");
  if (onBusy !== OnBusy.INTERRUPT) {
    refuseMany(head);
    return [submitted(task, false)];
  }
  const interrupted = isClaimed(current)
    ? [cancellation(head, current, { code: "interrupted" })]
    : [];
  if (interrupted.length === 0) refuseMany(head);
  return [...interrupted, asked(head, task), submitted(task, true)];
}

function asked(head: Head | undefined, { taskId, query }: Task): WorkDraft {
  return messageDraft(head, { taskId, role: Role.USER, content: query });
}

function submitted(task: Task, first: boolean): WorkDraft {
  const value = { task: { ...task, status: TaskStatus.QUEUED }, first };
  return { taskId: task.taskId, payload: { case: "taskSubmitted", value } };
}

function refuseMany({ tasks }: Head): void {
  const bytes = tasks.reduce((sum, open) => sum + toBinary(OpenTaskSchema, open).length, 0);
  if (tasks.length < MAX_OPEN_TASKS && bytes < MAX_OPEN_BYTES) return;
  throw busy("too many tasks of the session have not ended");
}

function busy(message: string): ParleyError {
  return new ParleyError("session_busy", message);
}
