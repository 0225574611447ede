import { create } from "@bufbuild/protobuf";
import { durationFromMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import { EventSchema } from "../../gen/parley/v1/event_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import type { EventDraft } from "./event.ts";
import { foldTask, isClaimed, isLeased, openTask, taskOf } from "./task.ts";
import { newTask, secondStamp as stamp } from "./testing/work.ts";

type Step = readonly [second: number, payload: EventDraft["payload"]];

/** A task of 100 seconds that was submitted at second 0, after steps at their seconds. */
function taskAfter(...steps: Step[]): OpenTask {
  return steps.reduce(
    (open, [second, payload]) => {
      const eventId = `e${second}`;
      return foldTask(open, create(EventSchema, { eventId, at: stamp(second), payload }));
    },
    openTask(newTask(1, 0), stamp(0)),
  );
}

const claim = (second: number, attempt = 1): Step => [
  second,
  {
    case: "taskClaimed",
    value: { workerId: `w${attempt}`, attempt, leaseExpiresAt: stamp(second + 30) },
  },
];
const progress = (second: number, value: object = {}): Step => [
  second,
  { case: "taskProgressed", value },
];
const pause = (second: number): Step => [second, { case: "taskPaused", value: {} }];
const resume = (second: number, leased = true): Step => [
  second,
  { case: "taskResumed", value: { leased } },
];
const release = (second: number, reason: ReleaseReason, readyAt: Timestamp): Step => [
  second,
  { case: "taskReleased", value: { reason, readyAt } },
];
const complete = (second: number, value: object = { result: "r" }): Step => [
  second,
  { case: "taskCompleted", value },
];
const use = (second: number, value: object): Step => [second, { case: "usageReported", value }];

describe("a task", () => {
  it("that is claimed is its worker's, by the id of that event, until its time is over", () => {
    const open = taskAfter(claim(10));
    expect(open).toMatchObject({
      leaseId: "e10",
      leaseExpiresAt: stamp(40),
      deadlineAt: stamp(110),
      task: {
        status: TaskStatus.INITIALIZING,
        attempt: 1,
        workerId: "w1",
        startedAt: stamp(10),
      },
    });
    expect([isLeased(open), isClaimed(open), open.readyAt]).toEqual([true, true, undefined]);
    const waiting = taskAfter();
    expect([isLeased(waiting), isClaimed(waiting), waiting.readyAt]).toEqual([
      false,
      false,
      stamp(0),
    ]);
  });

  it("without a time limit has no deadline", () => {
    const { timeLimit: _, ...task } = newTask(1, 0);
    const [at, payload] = claim(1);
    const event = create(EventSchema, { eventId: "e", at: stamp(at), payload });
    expect(foldTask(openTask(task, stamp(0)), event).deadlineAt).toBeUndefined();
  });

  it("keeps what a report does not say", () => {
    const first = { progress: 20, currentStage: "reading", workflowId: "wf" };
    const { task } = taskAfter(claim(1), progress(2, first), progress(3, { progress: 30 }));
    expect(task).toMatchObject({ ...first, progress: 30, status: TaskStatus.RUNNING });
  });

  it("that is released waits anew, with its deadline and without its progress", () => {
    const said = progress(2, { progress: 50, currentStage: "reading" });
    const open = taskAfter(claim(1), said, release(40, ReleaseReason.LEASE_EXPIRED, stamp(45)));
    expect(open).toMatchObject({
      leaseId: "",
      readyAt: stamp(45),
      deadlineAt: stamp(101),
      task: { status: TaskStatus.QUEUED, progress: 0, attempt: 1 },
    });
    expect([open.leaseExpiresAt, taskOf(open).currentStage]).toEqual([undefined, undefined]);
    const again = taskAfter(
      claim(1),
      said,
      release(40, ReleaseReason.FAILED, stamp(45)),
      claim(50, 2),
    );
    expect(again).toMatchObject({
      leaseId: "e50",
      deadlineAt: stamp(101),
      task: { attempt: 2, startedAt: stamp(1), workerId: "w2" },
    });
  });

  it("that is given back has used no attempt", () => {
    const { task } = taskAfter(claim(1), release(2, ReleaseReason.RETURNED, stamp(2)));
    expect(task).toMatchObject({ attempt: 0, status: TaskStatus.QUEUED, startedAt: stamp(1) });
  });

  it("does not use up its time while it is paused", () => {
    const held = taskAfter(claim(10), progress(11), pause(30));
    expect(held).toMatchObject({
      leaseId: "e10",
      pausedAt: stamp(30),
      timeLeft: durationFromMs(80_000),
    });
    expect(held.deadlineAt).toBeUndefined();
    const on = taskAfter(claim(10), progress(11), pause(30), progress(40), resume(1000));
    expect(on).toMatchObject({
      leaseId: "e10",
      deadlineAt: stamp(1080),
      pausedMs: 970_000n,
      task: { status: TaskStatus.RUNNING },
    });
    expect([on.pausedAt, on.timeLeft]).toEqual([undefined, undefined]);
    const twice = taskAfter(
      ...[claim(10), progress(11), pause(30), resume(1000), pause(1010), resume(1015)],
    );
    expect(twice).toMatchObject({ deadlineAt: stamp(1085), pausedMs: 975_000n });
  });

  it("whose worker is lost while it is paused is offered once it is resumed", () => {
    const lost: Step[] = [
      claim(10),
      progress(11, { progress: 5 }),
      pause(30),
      release(60, ReleaseReason.LEASE_EXPIRED, stamp(60)),
    ];
    const held = taskAfter(...lost);
    expect(held).toMatchObject({ leaseId: "", task: { status: TaskStatus.PAUSED, progress: 0 } });
    expect(held.pausedAt).toEqual(stamp(30));
    const offered = taskAfter(...lost, resume(100, false));
    expect(offered).toMatchObject({
      leaseId: "",
      readyAt: stamp(100),
      deadlineAt: stamp(180),
      task: { status: TaskStatus.QUEUED, attempt: 1 },
    });
  });

  it("has worked from its first claim to its end, without pauses", () => {
    const open = taskAfter(
      ...[claim(10), progress(11), pause(20), resume(50), progress(51), complete(70)],
    );
    expect(open.task).toMatchObject({
      status: TaskStatus.COMPLETED,
      completedAt: stamp(70),
      durationMs: 30_000n,
      progress: 100,
      result: "r",
    });
    expect(taskAfter(claim(10), progress(11), pause(20), complete(70)).task?.durationMs).toBe(
      10_000n,
    );
    const again = taskAfter(
      ...[claim(10), release(20, ReleaseReason.FAILED, stamp(21)), claim(30, 2), complete(40)],
    );
    expect(again.task?.durationMs).toBe(30_000n);
  });

  it("that has ended has no worker, no deadline and nothing to wait for", () => {
    const ends: Step[] = [
      complete(20),
      [20, { case: "taskFailed", value: { errorCode: "e", errorMessage: "m" } }],
      [20, { case: "taskCancelled", value: { errorCode: "cancelled", reason: "why" } }],
    ];
    for (const end of ends) {
      for (const open of [
        taskAfter(claim(10), end),
        taskAfter(claim(10), progress(11), pause(15), end),
      ]) {
        expect(open.leaseId).toBe("");
        for (const name of [
          "leaseExpiresAt",
          "deadlineAt",
          "readyAt",
          "pausedAt",
          "timeLeft",
        ] as const) {
          expect(open[name]).toBeUndefined();
        }
      }
    }
  });

  it("that was never claimed has no duration", () => {
    const { task } = taskAfter([5, { case: "taskCancelled", value: { errorCode: "cancelled" } }]);
    expect(task).toMatchObject({
      status: TaskStatus.CANCELLED,
      completedAt: stamp(5),
      errorCode: "cancelled",
    });
    expect([task?.durationMs, task?.errorMessage]).toEqual([undefined, undefined]);
  });

  it("says why it ended", () => {
    const timedOut = taskAfter(claim(1), [101, { case: "taskTimedOut", value: {} }]);
    expect(timedOut.task).toMatchObject({ status: TaskStatus.TIMEOUT, errorCode: "time_limit" });
    const value = { errorCode: "bad_input", errorMessage: "cannot read it" };
    expect(taskAfter(claim(1), [2, { case: "taskFailed", value }]).task).toMatchObject(value);
  });

  it("has the metadata of its caller and its worker, and how sure that is", () => {
    const before = openTask(newTask(1, 0, { metadata: { a: 1, b: 1 } }), stamp(0));
    const outcome = { result: "r", confidenceScore: 0.5, metadata: { b: 2, c: 3 } };
    const open = [claim(1), complete(2, outcome)].reduce(
      (task, [at, payload]) =>
        foldTask(task, create(EventSchema, { eventId: "e", at: stamp(at), payload })),
      before,
    );
    expect(open.task).toMatchObject({ metadata: { a: 1, b: 2, c: 3 }, confidence: 0.5 });
    expect(before.task).toMatchObject({ metadata: { a: 1, b: 1 }, status: TaskStatus.QUEUED });
  });

  it("adds up what was used for it, and names who used it", () => {
    const { task } = taskAfter(
      claim(1),
      use(2, { inputTokens: 3n, outputTokens: 4n, tokens: 5n, cost: 0.1, agentId: "b", tool: "" }),
      use(3, { tokens: 1n, cost: 0.2, agentId: "a", tool: "t" }),
      use(4, { agentId: "b", tool: "t" }),
    );
    expect(task).toMatchObject({
      totalTokens: 13n,
      totalCostUsd: 0.3,
      agentsUsed: ["a", "b"],
      toolsInvoked: ["t"],
    });
    const many = Array.from({ length: 70 }, (_, i) => use(2, { agentId: `agent ${i}` }));
    expect(taskAfter(claim(1), ...many).task?.agentsUsed).toHaveLength(64);
  });

  it.each<[string, Step[], Step]>([
    ["a pause before it runs", [claim(1)], pause(2)],
    ["a second claim", [claim(1)], claim(2, 2)],
    ["a result that nobody works on", [], complete(2)],
    ["a resume of what runs", [claim(1), progress(2)], resume(3)],
    ["a release of what waits", [], release(2, ReleaseReason.FAILED, stamp(9))],
    ["time that stands still", [claim(1), progress(2), pause(3)], [200, timedOut()]],
    ["a result after the end", [claim(1), complete(2)], complete(3, { result: "other" })],
  ])("passes over %s", (_, before, step) => {
    expect(taskAfter(...before, step)).toEqual(taskAfter(...before));
  });

  it("is not changed by what is no event of tasks", () => {
    const kinds: EventDraft["payload"][] = [
      { case: "message", value: { content: "hi" } },
      { case: "budgetExceeded", value: { limit: "max_cost" } },
    ];
    for (const payload of kinds)
      expect(taskAfter(claim(1), [2, payload])).toEqual(taskAfter(claim(1)));
  });
});

function timedOut(): EventDraft["payload"] {
  return { case: "taskTimedOut", value: {} };
}
