import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { OnBusy } from "../../gen/parley/v1/task_requests_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { cancelAll, cancelTask, cancelWork, pauseWork, resumeWork } from "./task-control.ts";
import { submission } from "./task-submission.ts";
import { reasonOf } from "./testing/refusal.ts";
import {
  claimed,
  conversation,
  newTask,
  run,
  running,
  second,
  secondStamp,
  sessionIn,
  taskDraft,
  written,
} from "./testing/work.ts";
import type { WorkDraft } from "./work-draft.ts";

const OPTIONS = { code: "cancelled", now: second(9) } as const;
const PAUSABLE = { pausable: true };

function then(head: Head, at: number, payload: WorkDraft["payload"]): Head {
  return written(head, at, taskDraft(head, payload));
}

function talk(...numbers: number[]): Head {
  return numbers.reduce(
    (head, n) => written(head, n, ...submission(head, newTask(n, n), OnBusy.ENQUEUE)),
    conversation(),
  );
}

const held = (head: Head) => written(running(head, 5), 6, ...pauseWork(running(head, 5), PAUSABLE));
const used = (cost: number, tokens = 0n) => ({
  case: "usageReported" as const,
  value: { model: "m", cost, tokens },
});

describe("cancelling", () => {
  it.each([
    ["queued", run({}, { held: 2 })],
    ["initializing", claimed(run({}, { held: 2 }), 1)],
    ["running", running(run({}, { held: 2 }), 1)],
    ["paused", held(run({}, { held: 2 }))],
  ])("ends a run that is %s and says what is free again", (_, head) => {
    expect(cancelWork(head, { ...OPTIONS, reason: "why" })).toEqual([
      {
        taskId: "task-1",
        payload: {
          case: "taskCancelled",
          value: { reason: "why", errorCode: "cancelled", refund: 2 },
        },
      },
    ]);
    const over = written(head, 9, ...cancelWork(head, OPTIONS));
    expect(sessionIn(over).status).toBe(SessionStatus.CANCELLED);
    expect(reasonOf(() => cancelWork(over, OPTIONS))).toBe("session_cannot_be_cancelled");
  });

  it.each([
    [0.5, 1.5],
    [2, 0],
    [3, 0],
  ])("frees what a cost of %d left of 2", (cost, refund) => {
    const head = then(running(run({}, { held: 2 }), 1), 2, used(cost));
    expect(cancelWork(head, OPTIONS)).toMatchObject([{ payload: { value: { refund } } }]);
  });

  it("frees nothing where nothing is held, or it is a conversation's", () => {
    for (const head of [run(), talk(1), { ...talk(1), heldMicros: 5n } as Head]) {
      const [draft] = cancelWork(head, OPTIONS);
      expect(draft?.payload.value).toMatchObject({ refund: undefined });
    }
  });

  it("of a conversation is of what is worked on or is next", () => {
    expect(cancelWork(talk(1, 2), OPTIONS)).toMatchObject([{ taskId: "task-1" }]);
    expect(cancelWork(running(talk(1, 2), 3), OPTIONS)).toMatchObject([{ taskId: "task-1" }]);
    expect(reasonOf(() => cancelWork(conversation(), OPTIONS))).toBe("session_cannot_be_cancelled");
  });

  it("of one task is of that one, also where it waits", () => {
    const head = running(talk(1, 2, 3), 4);
    expect(cancelTask(head, "task-2", OPTIONS)).toMatchObject([{ taskId: "task-2" }]);
    const left = written(head, 5, ...cancelTask(head, "task-2", OPTIONS));
    expect(left.tasks.map(({ task }) => task?.taskId)).toEqual(["task-1", "task-3"]);
    expect(reasonOf(() => cancelTask(left, "task-2", OPTIONS))).toBe("session_cannot_be_cancelled");
  });

  it("of everything leaves nothing, and finds nothing where there is nothing", () => {
    const head = running(talk(1, 2, 3), 4);
    const drafts = cancelAll(head, { code: "deleted", now: second(5) });
    expect(drafts.map(({ taskId }) => taskId)).toEqual(["task-1", "task-2", "task-3"]);
    expect(written(head, 5, ...drafts)).toMatchObject({ tasks: [], tasksEnded: 3 });
    expect(cancelAll(conversation(), OPTIONS)).toEqual([]);
  });
});

describe("pausing", () => {
  it("holds what is running", () => {
    for (const head of [running(run(), 1), running(talk(1, 2), 3)]) {
      expect(pauseWork(head, { reason: "why", pausable: true })).toEqual([
        {
          taskId: "task-1",
          payload: { case: "taskPaused", value: { reason: "why", byBudget: false } },
        },
      ]);
    }
  });

  it.each([
    ["waits", run(), true],
    ["is set up", claimed(run(), 1), true],
    ["is paused", held(run()), true],
    ["is over", written(run(), 2, ...cancelWork(run(), OPTIONS)), true],
    ["is not there", conversation(), true],
    ["is of a type that cannot be", running(run(), 1), false],
  ])("is refused of what %s", (_, head, pausable) => {
    expect(reasonOf(() => pauseWork(head, { pausable }))).toBe("session_cannot_be_paused");
  });
});

describe("resuming", () => {
  const lost = then(held(run()), 40, {
    case: "taskReleased",
    value: { reason: ReleaseReason.LEASE_EXPIRED, readyAt: secondStamp(40) },
  });

  it.each([
    ["with its worker", held(run()), true, true, SessionStatus.RUNNING],
    ["without its worker", held(run()), false, false, SessionStatus.QUEUED],
    ["with a worker that is known to be lost", lost, true, false, SessionStatus.QUEUED],
  ])("goes on %s", (_, head, alive, leased, status) => {
    const drafts = resumeWork(head, { leased: alive });
    expect(drafts).toEqual([
      { taskId: "task-1", payload: { case: "taskResumed", value: { leased } } },
    ]);
    expect(sessionIn(written(head, 50, ...drafts)).status).toBe(status);
  });

  it("is refused of what is not paused", () => {
    for (const head of [run(), claimed(run(), 1), running(run(), 1), conversation()]) {
      expect(reasonOf(() => resumeWork(head, { leased: true }))).toBe("session_cannot_be_resumed");
    }
  });

  it.each([
    [BudgetPolicy.PAUSE, "budget_exceeded"],
    [BudgetPolicy.FAIL, "budget_exceeded"],
    [BudgetPolicy.WARN, undefined],
  ])("is refused while the budget of policy %d is spent", (policy, reason) => {
    const on = then(running(run({ budget: { policy, maxTokens: 9n } }), 1), 2, used(0, 10n));
    const spent = written(on, 3, ...pauseWork(on, PAUSABLE));
    expect(reasonOf(() => resumeWork(spent, { leased: true }))).toBe(reason);
    const value = { session: { budget: { policy, maxTokens: 10n } }, fields: ["budget"] };
    const payload = { case: "sessionUpdated" as const, value };
    const raised = written(spent, 4, { taskId: undefined, payload });
    expect(reasonOf(() => resumeWork(raised, { leased: true }))).toBeUndefined();
  });
});
