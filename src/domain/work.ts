import { create } from "@bufbuild/protobuf";
import { type Head, type OpenTask, TaskTotalsSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  ErrorDetailsSchema,
  type Session,
  SessionStatus,
  SessionType,
} from "../../gen/parley/v1/session_pb.js";
import type { TaskSubmitted } from "../../gen/parley/v1/task_event_pb.js";
import { type Task, TaskStatus, TaskSummarySchema } from "../../gen/parley/v1/task_pb.js";
import { foldTask, openTask, taskOf } from "./task.ts";
import { hasEnded } from "./task-machine.ts";
import { later, msBetween } from "./time.ts";
import { addUsage } from "./usage.ts";

/** Longest query in a summary, in code points. */
const SUMMARY_LENGTH = 200;

/** True of a session that was made with a prompt: it is the one task it was made with. */
export function isRun(session: Session): boolean {
  return session.sessionType !== SessionType.UNSPECIFIED;
}

/** The task that is worked on, or is to be next. */
export function currentTask(head: Head): OpenTask | undefined {
  return head.tasks[0];
}

export function findOpenTask(head: Head, taskId: string): OpenTask | undefined {
  return head.tasks.find((open) => open.task?.taskId === taskId);
}

/** What an event of a task makes of its session. Changes the draft. */
export function applyToWork(head: Head, session: Session, event: Event): void {
  const { payload } = event;
  if (payload.case === "taskSubmitted") {
    submit(head, session, event, payload.value);
  } else if (payload.case === "budgetExceeded") {
    head.exceeded = [...head.exceeded, payload.value.limit];
  } else {
    if (payload.case === "usageReported") addUsage(head, session, payload.value);
    change(head, session, event);
  }
  reflect(head, session);
}

/** A fork has the log of the work and nothing of the work itself: it is a conversation. */
export function dropWork(head: Head, session: Session): void {
  Object.assign(head, {
    tasks: [],
    models: [],
    agents: [],
    tools: [],
    exceeded: [],
    tasksCompleted: 0,
    tasksEnded: 0,
    countsAsOpen: false,
    inputTokens: 0n,
    outputTokens: 0n,
  });
  for (const name of ["heldMicros", "researchStrategy", "totals"] as const) delete head[name];
  Object.assign(session, {
    status: SessionStatus.ACTIVE,
    sessionType: SessionType.UNSPECIFIED,
    progress: 0,
    tokensUsed: 0n,
    cost: 0,
    taskCount: 0,
  });
  for (const name of RUN_FIELDS) delete session[name];
}

const RUN_FIELDS = [
  "prompt",
  "currentStage",
  "errorDetails",
  "budget",
  "preferences",
  "estimatedDuration",
  "costEstimate",
  "latestTask",
] as const;

function submit(head: Head, session: Session, event: Event, submitted: TaskSubmitted): void {
  const { task, first } = submitted;
  if (task === undefined) return;
  // One that waits for others is asked for when it is claimed.
  const unsaid = !first && head.tasks.length > 0;
  const open = { ...openTask(task, event.at!), unsaid };
  head.tasks = first ? [open, ...head.tasks] : [...head.tasks, open];
  session.taskCount++;
  session.latestTask = summaryOf(taskOf(open));
  if (session.taskCount === 1) setStrategy(head, task);
  if (isRun(session)) head.countsAsOpen = true;
}

function setStrategy(head: Head, { metadata }: Task): void {
  const strategy = metadata?.research_strategy;
  if (typeof strategy === "string" && strategy !== "") head.researchStrategy = strategy;
}

function change(head: Head, session: Session, event: Event): void {
  const at = head.tasks.findIndex(({ task }) => task?.taskId === event.taskId);
  const before = head.tasks[at];
  if (before === undefined) return;
  const open = foldTask(before, event);
  const task = taskOf(open);
  if (session.latestTask?.taskId === task.taskId) session.latestTask = summaryOf(task);
  if (!hasEnded(task.status)) {
    head.tasks = head.tasks.with(at, open);
    return;
  }
  head.tasks = head.tasks.toSpliced(at, 1);
  const next = head.tasks[0];
  // What waited is offered from now on, or once it may be tried again.
  if (at === 0 && next !== undefined) {
    head.tasks = head.tasks.with(0, { ...next, readyAt: later(next.readyAt, event.at!) });
  }
  end(head, session, task);
}

function end(head: Head, session: Session, task: Task): void {
  head.tasksEnded++;
  if (task.status === TaskStatus.COMPLETED) head.tasksCompleted++;
  addTotals(head, task);
  if (!isRun(session)) return;
  head.countsAsOpen = false;
  delete head.heldMicros;
  session.status = STATUS_OF_RUN[task.status];
  session.progress = task.progress;
  if (task.status === TaskStatus.FAILED || task.status === TaskStatus.TIMEOUT) {
    const { taskId, errorCode: code, errorMessage: message } = task;
    session.errorDetails = create(ErrorDetailsSchema, { taskId, code, message });
  }
}

function addTotals(head: Head, task: Task): void {
  const totals = { ...(head.totals ?? create(TaskTotalsSchema)) };
  totals.durationMs += task.durationMs ?? 0n;
  totals.queuedMs += BigInt(msBetween(task.createdAt, task.startedAt ?? task.completedAt));
  totals.attempts += Math.max(task.attempt, 1);
  if (task.status === TaskStatus.COMPLETED) totals.completedTokens += task.totalTokens;
  head.totals = totals;
}

/** Shows in the session how the task stands that is worked on. */
function reflect(head: Head, session: Session): void {
  const task = currentTask(head)?.task;
  if (task === undefined) {
    if (!isRun(session)) idle(session);
    delete session.currentStage;
    return;
  }
  session.status = (isRun(session) ? STATUS_OF_RUN : STATUS_OF_CONVERSATION)[task.status];
  session.progress = task.progress;
  if (task.currentStage === undefined) delete session.currentStage;
  else session.currentStage = task.currentStage;
}

function idle(session: Session): void {
  session.status = SessionStatus.ACTIVE;
  session.progress = 0;
}

function summaryOf(task: Task) {
  const { taskId, number, status, createdAt, completedAt } = task;
  const query = [...task.query].slice(0, SUMMARY_LENGTH).join("");
  return create(TaskSummarySchema, { taskId, number, status, query, createdAt, completedAt });
}

const STATUS_OF_RUN: Readonly<Record<TaskStatus, SessionStatus>> = {
  [TaskStatus.UNSPECIFIED]: SessionStatus.QUEUED,
  [TaskStatus.QUEUED]: SessionStatus.QUEUED,
  [TaskStatus.INITIALIZING]: SessionStatus.INITIALIZING,
  [TaskStatus.RUNNING]: SessionStatus.RUNNING,
  [TaskStatus.PAUSED]: SessionStatus.PAUSED,
  [TaskStatus.COMPLETED]: SessionStatus.COMPLETED,
  [TaskStatus.FAILED]: SessionStatus.FAILED,
  [TaskStatus.CANCELLED]: SessionStatus.CANCELLED,
  [TaskStatus.TIMEOUT]: SessionStatus.TIMEOUT,
};

/** A conversation is never at its end; what waits for a worker does not keep it from being talked in. */
const STATUS_OF_CONVERSATION: Readonly<Record<TaskStatus, SessionStatus>> = {
  [TaskStatus.UNSPECIFIED]: SessionStatus.ACTIVE,
  [TaskStatus.QUEUED]: SessionStatus.ACTIVE,
  [TaskStatus.INITIALIZING]: SessionStatus.RUNNING,
  [TaskStatus.RUNNING]: SessionStatus.RUNNING,
  [TaskStatus.PAUSED]: SessionStatus.PAUSED,
  [TaskStatus.COMPLETED]: SessionStatus.ACTIVE,
  [TaskStatus.FAILED]: SessionStatus.ACTIVE,
  [TaskStatus.CANCELLED]: SessionStatus.ACTIVE,
  [TaskStatus.TIMEOUT]: SessionStatus.ACTIVE,
};
