import { TaskStatus } from "../../gen/parley/v1/task_pb.js";

/**
 * What a task goes through. A run goes through the same.
 *
 *                     claim                 progress
 *       ┌─ queued ───────────▶ initializing ─────────▶ running ◀──────┐
 *       │    ▲  ▲                  │    │               │  │  │       │ resume,
 *       │    │  └── release ───────┘    │   release     │  │  │ pause │ its worker
 *       │    └──────────────────────────┼───────────────┘  │  ▼       │ living
 *       │    ▲                          │                  │ paused ──┘
 *       │    └────────── resume, its worker gone ──────────┼──┤ │
 *       │                               │                  │  │ │ progress, release:
 *       │                               │                  │  │ └▶ stays paused
 *       ▼                               ▼                  ▼  ▼
 *   cancelled               completed, failed, cancelled, timeout
 *
 * A paused task cannot run out of time, since that stands still. A queued one can, while
 * it waits for another attempt.
 */
export const TRANSITIONS = {
  [TaskStatus.QUEUED]: {
    claim: TaskStatus.INITIALIZING,
    cancel: TaskStatus.CANCELLED,
    timeOut: TaskStatus.TIMEOUT,
  },
  [TaskStatus.INITIALIZING]: {
    progress: TaskStatus.RUNNING,
    complete: TaskStatus.COMPLETED,
    fail: TaskStatus.FAILED,
    release: TaskStatus.QUEUED,
    cancel: TaskStatus.CANCELLED,
    timeOut: TaskStatus.TIMEOUT,
  },
  [TaskStatus.RUNNING]: {
    progress: TaskStatus.RUNNING,
    pause: TaskStatus.PAUSED,
    complete: TaskStatus.COMPLETED,
    fail: TaskStatus.FAILED,
    release: TaskStatus.QUEUED,
    cancel: TaskStatus.CANCELLED,
    timeOut: TaskStatus.TIMEOUT,
  },
  [TaskStatus.PAUSED]: {
    progress: TaskStatus.PAUSED,
    resume: TaskStatus.RUNNING,
    requeue: TaskStatus.QUEUED,
    complete: TaskStatus.COMPLETED,
    fail: TaskStatus.FAILED,
    release: TaskStatus.PAUSED,
    cancel: TaskStatus.CANCELLED,
  },
  [TaskStatus.COMPLETED]: {},
  [TaskStatus.FAILED]: {},
  [TaskStatus.CANCELLED]: {},
  [TaskStatus.TIMEOUT]: {},
} as const satisfies Record<
  Exclude<TaskStatus, TaskStatus.UNSPECIFIED>,
  Partial<Record<TaskStep, TaskStatus>>
>;

/** What can happen to a task. `requeue` is a resume without a living worker. */
export const TASK_STEPS = [
  "claim",
  "progress",
  "pause",
  "resume",
  "requeue",
  "release",
  "complete",
  "fail",
  "cancel",
  "timeOut",
] as const;
export type TaskStep = (typeof TASK_STEPS)[number];

/** Where a task stands after a step; undefined where it cannot be taken. */
export function after(status: TaskStatus, step: TaskStep): TaskStatus | undefined {
  if (status === TaskStatus.UNSPECIFIED) return undefined;
  const steps: Partial<Record<TaskStep, TaskStatus>> = TRANSITIONS[status];
  return steps[step];
}

/** True of a status that nothing leads out of. */
export function hasEnded(status: TaskStatus): boolean {
  return TASK_STEPS.every((step) => after(status, step) === undefined);
}
