import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorType, type Event } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { foldEvents } from "./fold.ts";
import { historyOf } from "./history.ts";
import { placedEvent, placedMessage } from "./testing/events.ts";
import { claimed, progressed, submitted, taskEvent } from "./testing/task-events.ts";
import { needPast } from "./work-steps.ts";

const { QUEUED, INITIALIZING, RUNNING, PAUSED, COMPLETED, CANCELLED } = TaskStatus;

const created = placedEvent(1, {
  case: "sessionCreated",
  value: { session: { sessionId: "s", sessionType: SessionType.RESEARCH }, held: 5 },
});

/** A run that lost its first worker, was held by its budget, and came to its end. */
const RUN: Event[] = [
  created,
  submitted(2),
  placedMessage(3, { role: Role.USER, content: "secret" }),
  claimed(4),
  progressed(5, 10, "searching"),
  progressed(6, 20, "searching"),
  taskEvent(7, {
    case: "taskReleased",
    value: { reason: ReleaseReason.LEASE_EXPIRED, workerId: "w1", readyAt: timestampFromMs(7000) },
  }),
  claimed(8, "w2", 2),
  progressed(9, 30, "writing"),
  taskEvent(10, { case: "usageReported", value: { inputTokens: 7n, cost: 1.5 } }),
  taskEvent(11, {
    case: "budgetExceeded",
    value: { limit: "max_tokens", policy: BudgetPolicy.PAUSE },
  }),
  taskEvent(12, { case: "taskPaused", value: { byBudget: true } }),
  taskEvent(13, { case: "taskResumed", value: { leased: false } }),
  claimed(14, "w3", 3),
  taskEvent(15, {
    case: "agentEvent",
    value: { name: "Decision", agentId: "lead", message: " go deep ", payload: { depth: 3 } },
  }),
  taskEvent(16, { case: "usageReported", value: { tokens: 5n, cost: 0.25 } }),
  taskEvent(17, { case: "taskCompleted", value: { result: "secret" } }),
];

function pastOf(events: readonly Event[]) {
  return foldEvents(create(HeadSchema, { uid: "u" }), events);
}

describe("the history of a run", () => {
  const { timeline, stageTransitions, resourceAllocations, decisionPoints } = historyOf(
    undefined,
    RUN,
  );

  it("has a line for every event, which tells no content", () => {
    expect(timeline.map(({ seq }) => seq)).toEqual(RUN.map(({ seq }) => seq));
    expect(timeline[3]).toMatchObject({
      seq: 4,
      timestamp: timestampFromMs(4000),
      description: "Worker w1 took the task, attempt 1",
      taskId: "t1",
    });
    expect(timeline[0]?.taskId).toBeUndefined();
    expect(JSON.stringify(timeline.map(({ description }) => description))).not.toContain("secret");
  });

  it("has where status and stage changed, and not where they did not", () => {
    expect(
      stageTransitions.map(({ seq, status, stage, progress }) => [seq, status, stage, progress]),
    ).toEqual([
      [2, QUEUED, undefined, undefined],
      [4, INITIALIZING, undefined, undefined],
      [5, RUNNING, "searching", 10],
      [7, QUEUED, undefined, undefined],
      [8, INITIALIZING, undefined, undefined],
      [9, RUNNING, "writing", 30],
      [12, PAUSED, "writing", undefined],
      [13, QUEUED, undefined, undefined],
      [14, INITIALIZING, "writing", undefined],
      [17, COMPLETED, undefined, 100],
    ]);
    expect(new Set(stageTransitions.map(({ taskId }) => taskId))).toEqual(new Set(["t1"]));
  });

  it("has what was given to the work and taken back", () => {
    const told = resourceAllocations.map((one) => [
      one.seq,
      one.action,
      one.workerId ?? one.amount,
      one.reason,
    ]);
    expect(told).toEqual([
      [1, "allocated", 5, undefined],
      [4, "allocated", "w1", undefined],
      [7, "released", "w1", "lease_expired"],
      [8, "allocated", "w2", undefined],
      [13, "released", "w2", "lease_expired"],
      [14, "allocated", "w3", undefined],
      [17, "released", "w3", "completed"],
      [17, "released", 3.25, "completed"],
    ]);
    expect(resourceAllocations.filter(({ resource }) => resource === "money")).toHaveLength(2);
  });

  it("has what was decided", () => {
    expect(decisionPoints.map(({ seq, description }) => [seq, description])).toEqual([
      [11, "The budget's max_tokens is spent: the work is paused"],
      [13, "The task was resumed and waits for a worker"],
      [15, "go deep"],
    ]);
    expect(decisionPoints[2]).toMatchObject({ taskId: "t1", payload: { depth: 3 } });
  });

  it("is the same in pages, wherever they begin", () => {
    const whole = historyOf(undefined, RUN);
    for (let cut = 1; cut < RUN.length; cut++) {
      const [first, rest] = [RUN.slice(0, cut), RUN.slice(cut)];
      const pages = [historyOf(undefined, first), historyOf(pastOf(first), rest)];
      for (const list of ["stageTransitions", "resourceAllocations", "decisionPoints"] as const) {
        expect(pages.flatMap((page): unknown[] => page[list])).toEqual(whole[list]);
      }
    }
  });
});

describe("what people decide", () => {
  const actor = { $typeName: "parley.v1.Actor", type: ActorType.USER, id: "ann" } as const;

  it.each<[string, Event["payload"]["case"], object]>([
    ["The task was cancelled: too slow", "taskCancelled", { reason: "too slow" }],
    ["The task was cancelled", "taskCancelled", { errorCode: "cancelled", reason: " " }],
    ["The task was cancelled: another goes first", "taskCancelled", { errorCode: "interrupted" }],
    ["The task was paused: lunch", "taskPaused", { reason: "lunch" }],
    ["The task was resumed", "taskResumed", { leased: true }],
  ])("is a decision point: %s", (description, kind, value) => {
    const event = { ...taskEvent(9, { case: kind, value } as never), actor };
    expect(historyOf(undefined, [event]).decisionPoints).toMatchObject([
      { seq: 9, description, actor, taskId: "t1" },
    ]);
  });

  it("is cut where it is long, between code points", () => {
    const event = taskEvent(9, {
      case: "agentEvent",
      value: { name: "decision", message: "𝄞".repeat(999) },
    });
    const [decision] = historyOf(undefined, [event]).decisionPoints;
    expect(decision?.description).toBe("𝄞".repeat(200));
  });

  it("is not what an agent says otherwise", () => {
    const event = taskEvent(9, { case: "agentEvent", value: { name: "decisions" } });
    expect(historyOf(undefined, [event]).decisionPoints).toEqual([]);
  });
});

describe("how work ends", () => {
  const begun = [created, submitted(2), claimed(3)];
  const endedBy = (payload: Parameters<typeof taskEvent>[1]) =>
    historyOf(pastOf(begun), [taskEvent(4, payload)]).resourceAllocations;

  it.each([
    ["failed", { case: "taskFailed", value: { errorCode: "worker_lost" } }],
    ["timeout", { case: "taskTimedOut", value: {} }],
    ["interrupted", { case: "taskCancelled", value: { errorCode: "interrupted" } }],
    ["cancelled", { case: "taskCancelled", value: {} }],
  ] as const)("is why all was taken back: %s", (reason, payload) => {
    expect(endedBy(payload)).toMatchObject([
      { resource: "worker", action: "released", workerId: "w1", reason },
      { resource: "money", action: "released", amount: 5, taskId: "t1", reason },
    ]);
  });

  it("with all money used gives none back, and with more than all too", () => {
    for (const cost of [5, 6]) {
      const used = taskEvent(4, { case: "usageReported", value: { cost } });
      const done = taskEvent(5, { case: "taskCompleted", value: {} });
      const { resourceAllocations } = historyOf(pastOf(begun), [used, done]);
      expect(resourceAllocations).toMatchObject([{ resource: "worker" }, { amount: 0 }]);
    }
  });

  it("where accounts are off tells of no money, and without a worker of none", () => {
    const queued = pastOf([submitted(2)]);
    const cancelled = taskEvent(3, { case: "taskCancelled", value: {} });
    const { resourceAllocations, stageTransitions } = historyOf(queued, [cancelled]);
    expect(resourceAllocations).toEqual([]);
    expect(stageTransitions).toMatchObject([{ status: CANCELLED }]);
  });

  it("with a worker that goes on through a pause, or releases in one", () => {
    const paused = taskEvent(4, { case: "taskPaused", value: {} });
    const held = pastOf([...begun, progressed(3, 5), paused]);
    const gone = taskEvent(5, {
      case: "taskReleased",
      value: { reason: ReleaseReason.RETURNED, workerId: "w1" },
    });
    const { resourceAllocations, stageTransitions } = historyOf(held, [progressed(5, 9), gone]);
    expect(resourceAllocations).toMatchObject([{ workerId: "w1", reason: "returned" }]);
    expect(stageTransitions).toEqual([]);
  });
});

describe("a fork", () => {
  it("has no more of the work than what its log says happened", () => {
    const forked = placedEvent(4, { case: "sessionForked", value: { session: {} } });
    const stray = taskEvent(5, { case: "taskCompleted", value: {} });
    const page = historyOf(pastOf([created, submitted(2), claimed(3)]), [forked, stray]);
    expect(page.stageTransitions).toEqual([]);
    expect(page.resourceAllocations).toEqual([]);
    expect(page.timeline).toHaveLength(2);
  });
});

it("needs the past only where events are about the work", () => {
  expect(needPast([created, placedMessage(2, { role: Role.USER })])).toBe(false);
  expect(needPast([created, claimed(2)])).toBe(true);
});
