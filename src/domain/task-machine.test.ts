import { describe, expect, it } from "vitest";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { hasEnded, after as statusAfter, TASK_STEPS, type TaskStep } from "./task-machine.ts";

const { QUEUED, INITIALIZING, RUNNING, PAUSED } = TaskStatus;
const { COMPLETED, FAILED, CANCELLED, TIMEOUT } = TaskStatus;
const NONE = undefined;

/** Every status by every step. */
// biome-ignore format: a table
const TABLE: readonly [TaskStatus, ...(TaskStatus | undefined)[]][] = [
  // from         claim         progress pause   resume   requeue release  complete   fail    cancel     timeOut
  [QUEUED,        INITIALIZING, NONE,    NONE,   NONE,    NONE,   NONE,    NONE,      NONE,   CANCELLED, TIMEOUT],
  [INITIALIZING,  NONE,         RUNNING, NONE,   NONE,    NONE,   QUEUED,  COMPLETED, FAILED, CANCELLED, TIMEOUT],
  [RUNNING,       NONE,         RUNNING, PAUSED, NONE,    NONE,   QUEUED,  COMPLETED, FAILED, CANCELLED, TIMEOUT],
  [PAUSED,        NONE,         PAUSED,  NONE,   RUNNING, QUEUED, PAUSED,  COMPLETED, FAILED, CANCELLED, NONE],
  [COMPLETED,     NONE,         NONE,    NONE,   NONE,    NONE,   NONE,    NONE,      NONE,   NONE,      NONE],
  [FAILED,        NONE,         NONE,    NONE,   NONE,    NONE,   NONE,    NONE,      NONE,   NONE,      NONE],
  [CANCELLED,     NONE,         NONE,    NONE,   NONE,    NONE,   NONE,    NONE,      NONE,   NONE,      NONE],
  [TIMEOUT,       NONE,         NONE,    NONE,   NONE,    NONE,   NONE,    NONE,      NONE,   NONE,      NONE],
];
const STEPS: readonly TaskStep[] = [
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
];

describe("a task", () => {
  it("has a row and a column for whatever there is", () => {
    expect(STEPS).toEqual(TASK_STEPS);
    const statuses = Object.values(TaskStatus).filter((value) => typeof value === "number");
    expect(TABLE.map(([from]) => from)).toEqual(
      statuses.filter((status) => status !== TaskStatus.UNSPECIFIED),
    );
  });

  const cells = TABLE.flatMap(([from, ...to]) =>
    STEPS.map((step, i) => [TaskStatus[from], step, from, to[i]] as const),
  );
  it.each(cells)("that is %s, on %s", (_, step, from, to) => {
    expect(statusAfter(from, step)).toBe(to);
  });

  it("has ended where nothing leads on", () => {
    expect(TABLE.map(([from]) => from).filter(hasEnded)).toEqual([
      COMPLETED,
      FAILED,
      CANCELLED,
      TIMEOUT,
    ]);
  });

  it("goes nowhere from a status that nothing is", () => {
    for (const step of STEPS) expect(statusAfter(TaskStatus.UNSPECIFIED, step)).toBeUndefined();
  });
});
