import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head, OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { staleLease } from "./errors.ts";
import { isLeased, taskOf } from "./task.ts";
import { after } from "./task-machine.ts";
import { currentTask, findOpenTask } from "./work.ts";
import { messageDraft, type WorkDraft } from "./work-draft.ts";

/** Gives a task to a worker; undefined where it is not to be had any more. */
export function claim(
  head: Head,
  wish: { readonly taskId: string; readonly workerId: string; readonly leaseUntil: Date },
): WorkDraft[] | undefined {
  const { taskId, workerId, leaseUntil } = wish;
  const open = currentTask(head);
  if (open === undefined) return undefined;
  const task = taskOf(open);
  if (task.taskId !== taskId || after(task.status, "claim") === undefined) return undefined;
  const leaseExpiresAt = timestampFromDate(leaseUntil);
  const value = { workerId, leaseExpiresAt, attempt: task.attempt + 1 };
  const claimed: WorkDraft = { taskId, payload: { case: "taskClaimed", value } };
  if (!open.unsaid) return [claimed];
  return [messageDraft(head, { taskId, role: Role.USER, content: task.query }), claimed];
}

/** The task that a lease is for; `stale_lease` where it is for none, or for none any more. */
export function requireLease(head: Head, taskId: string, leaseId: string): OpenTask {
  const open = findOpenTask(head, taskId);
  if (open === undefined || !isLeased(open) || open.leaseId !== leaseId) throw staleLease();
  return open;
}

/**
 * What becomes of a task whose time is over, by where the journal's row has its times: nothing
 * where the head knows of later ones, since the row was read before it.
 */
export function expireTask(
  open: OpenTask,
  times: {
    readonly now: Date;
    readonly leaseUntil: Date | undefined;
    readonly deadlineAt: Date | undefined;
  },
): WorkDraft[] {
  const { taskId, status, attempt, maxAttempts } = taskOf(open);
  const isOver = (row: Date | undefined, known: Timestamp | undefined) =>
    row !== undefined &&
    known !== undefined &&
    row <= times.now &&
    timestampDate(known) <= times.now;
  if (isOver(times.deadlineAt, open.deadlineAt) && after(status, "timeOut") !== undefined) {
    return [{ taskId, payload: { case: "taskTimedOut", value: {} } }];
  }
  if (!isLeased(open) || !isOver(times.leaseUntil, open.leaseExpiresAt)) return [];
  if (attempt >= maxAttempts) {
    const value = { errorCode: "worker_lost", errorMessage: "its worker was not heard of in time" };
    return [{ taskId, payload: { case: "taskFailed", value } }];
  }
  return [released(open, { reason: ReleaseReason.LEASE_EXPIRED, readyAt: times.now })];
}

/** Takes a task from its worker, to be offered again. */
export function released(
  open: OpenTask,
  how: {
    readonly reason: ReleaseReason;
    readonly readyAt: Date;
    readonly errorCode?: string;
    readonly errorMessage?: string;
  },
): WorkDraft {
  const { taskId, workerId } = taskOf(open);
  const value = { ...how, workerId, readyAt: timestampFromDate(how.readyAt) };
  return { taskId, payload: { case: "taskReleased", value } };
}
