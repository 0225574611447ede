import type { Head, OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import { refuseSpentBudget } from "./budget.ts";
import { ParleyError } from "./errors.ts";
import { toDollars } from "./money.ts";
import { unusedMicros } from "./settlement.ts";
import { isLeased, taskOf } from "./task.ts";
import { after } from "./task-machine.ts";
import { currentTask, findOpenTask, isRun } from "./work.ts";
import type { WorkDraft } from "./work-draft.ts";

/** Why work is cancelled: for people, and for programs. */
export interface Cancelling {
  readonly reason?: string;
  readonly code: "cancelled" | "interrupted" | "deleted";
  readonly now: Date;
}

/** Cancels what is worked on, or waits to be next. */
export function cancelWork(head: Head, options: Cancelling): WorkDraft[] {
  const open = currentTask(head);
  if (open === undefined) throw notCancelled("nothing of the session's work is left to cancel");
  return [cancellation(head, open, options)];
}

/** Cancels whatever has not ended. */
export function cancelAll(head: Head, options: Cancelling): WorkDraft[] {
  return head.tasks.map((open) => cancellation(head, open, options));
}

/** Cancels one task, which may be waiting for others. */
export function cancelTask(head: Head, taskId: string, options: Cancelling): WorkDraft[] {
  const open = findOpenTask(head, taskId);
  if (open === undefined) throw notCancelled("the task has ended");
  return [cancellation(head, open, options)];
}

/** Says what of the money that is held for a run is free again with it. */
export function cancellation(
  head: Head,
  open: OpenTask,
  { reason, code: errorCode }: Omit<Cancelling, "now">,
): WorkDraft {
  const run = head.session !== undefined && isRun(head.session);
  const unused = run ? unusedMicros(head) : undefined;
  const refund = unused === undefined ? undefined : toDollars(unused);
  const value = { reason, errorCode, refund };
  return { taskId: taskOf(open).taskId, payload: { case: "taskCancelled", value } };
}

/** Holds what is worked on. Whether its kind of work can be held, the caller knows. */
export function pauseWork(
  head: Head,
  { reason, pausable }: { readonly reason?: string; readonly pausable: boolean },
): WorkDraft[] {
  const task = currentTask(head)?.task;
  if (task === undefined || after(task.status, "pause") === undefined) {
    throw new ParleyError("session_cannot_be_paused", "the session is not running");
  }
  if (!pausable) {
    throw new ParleyError("session_cannot_be_paused", "sessions of this type cannot be paused");
  }
  const value = { reason, byBudget: false };
  return [{ taskId: task.taskId, payload: { case: "taskPaused", value } }];
}

/** Goes on with what is held; `leased` says whether its worker is still heard of. */
export function resumeWork(head: Head, { leased }: { readonly leased: boolean }): WorkDraft[] {
  const open = currentTask(head);
  if (open === undefined || after(taskOf(open).status, "resume") === undefined) {
    throw new ParleyError("session_cannot_be_resumed", "the session is not paused");
  }
  if (head.session !== undefined) refuseSpentBudget(head.session);
  const value = { leased: leased && isLeased(open) };
  return [{ taskId: taskOf(open).taskId, payload: { case: "taskResumed", value } }];
}

function notCancelled(message: string): ParleyError {
  return new ParleyError("session_cannot_be_cancelled", message);
}
