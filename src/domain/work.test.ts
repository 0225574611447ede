import { create, type JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { SessionForkedSchema } from "../../gen/parley/v1/event_pb.js";
import { SessionStatus, SessionType } from "../../gen/parley/v1/session_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { OnBusy } from "../../gen/parley/v1/task_requests_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { submission } from "./task-commands.ts";
import {
  claimed,
  conversation,
  newTask,
  run,
  running,
  secondStamp,
  sessionIn,
  taskDraft,
  written,
} from "./testing/work.ts";
import { findOpenTask } from "./work.ts";
import type { WorkDraft } from "./work-draft.ts";

/** After a task of this number is submitted at a second. */
function submitted(head: Head, at: number, number: number, onBusy = OnBusy.ENQUEUE): Head {
  return written(head, at, ...submission(head, newTask(number, at), onBusy));
}

/** After something about the current task at a second. */
function then(head: Head, at: number, payload: WorkDraft["payload"]): Head {
  return written(head, at, taskDraft(head, payload));
}

const COMPLETED: WorkDraft["payload"] = { case: "taskCompleted", value: { result: "r" } };
const FAILED: WorkDraft["payload"] = {
  case: "taskFailed",
  value: { errorCode: "bad_input", errorMessage: "cannot read it" },
};
const CANCELLED: WorkDraft["payload"] = {
  case: "taskCancelled",
  value: { errorCode: "cancelled", reason: "why" },
};
const PAUSED: WorkDraft["payload"] = { case: "taskPaused", value: {} };
const TIMED_OUT: WorkDraft["payload"] = { case: "taskTimedOut", value: {} };

const ids = (head: Head) => head.tasks.map(({ task }) => task?.taskId);

describe("a run", () => {
  it("stands where its task stands", () => {
    const begun = run();
    expect(sessionIn(begun)).toMatchObject({ status: SessionStatus.QUEUED, taskCount: 1 });
    expect(begun.countsAsOpen).toBe(true);
    const taken = claimed(begun, 1);
    expect(sessionIn(taken).status).toBe(SessionStatus.INITIALIZING);
    const value = { progress: 40, currentStage: "reading" };
    const on = then(taken, 2, { case: "taskProgressed", value });
    expect(sessionIn(on)).toMatchObject({ status: SessionStatus.RUNNING, ...value });
    expect(sessionIn(then(on, 3, PAUSED)).status).toBe(SessionStatus.PAUSED);
    const released = then(on, 3, {
      case: "taskReleased",
      value: { reason: ReleaseReason.FAILED, readyAt: secondStamp(4) },
    });
    expect(sessionIn(released)).toMatchObject({ status: SessionStatus.QUEUED, progress: 0 });
    expect(sessionIn(released).currentStage).toBeUndefined();
  });

  it.each([
    ["completed", COMPLETED, SessionStatus.COMPLETED, 100, undefined],
    ["failed", FAILED, SessionStatus.FAILED, 10, { code: "bad_input", message: "cannot read it" }],
    ["cancelled", CANCELLED, SessionStatus.CANCELLED, 10, undefined],
    ["timed out", TIMED_OUT, SessionStatus.TIMEOUT, 10, { code: "time_limit" }],
  ] as const)("that has %s is over", (_, end, status, progress, errorDetails) => {
    const head = then(running(run({}, { held: 2 }), 1), 5, end);
    const session = sessionIn(head);
    expect(session).toMatchObject({
      status,
      progress,
      latestTask: { completedAt: secondStamp(5) },
    });
    expect(head).toMatchObject({ tasks: [], tasksEnded: 1, countsAsOpen: false });
    expect([head.heldMicros, session.currentStage]).toEqual([undefined, undefined]);
    if (errorDetails === undefined) expect(session.errorDetails).toBeUndefined();
    else expect(session.errorDetails).toMatchObject({ ...errorDetails, taskId: "task-1" });
    // Nothing that comes too late changes it.
    for (const late of [COMPLETED, FAILED, CANCELLED, PAUSED]) {
      expect(written(head, 9, { taskId: "task-1", payload: late })).toEqual(head);
    }
  });
});

describe("a conversation", () => {
  it("is running only while a task works on it, and never over", () => {
    const queued = submitted(conversation(), 1, 1);
    expect(sessionIn(queued).status).toBe(SessionStatus.ACTIVE);
    expect(queued.countsAsOpen).toBe(false);
    expect(sessionIn(claimed(queued, 2)).status).toBe(SessionStatus.RUNNING);
    const on = running(queued, 2);
    expect(sessionIn(on)).toMatchObject({ status: SessionStatus.RUNNING, progress: 10 });
    expect(sessionIn(then(on, 3, PAUSED)).status).toBe(SessionStatus.PAUSED);
    for (const end of [COMPLETED, FAILED, CANCELLED, TIMED_OUT]) {
      const session = sessionIn(then(on, 3, end));
      expect(session).toMatchObject({ status: SessionStatus.ACTIVE, progress: 0 });
      expect(session.errorDetails).toBeUndefined();
    }
  });

  it("has its tasks worked on one after the other", () => {
    const three = [1, 2, 3].reduce((head, n) => submitted(head, n, n), conversation());
    expect(ids(three)).toEqual(["task-1", "task-2", "task-3"]);
    expect(three.tasks.map(({ unsaid }) => unsaid)).toEqual([false, true, true]);
    const next = then(running(three, 4), 9, COMPLETED);
    expect(ids(next)).toEqual(["task-2", "task-3"]);
    expect(next.tasks[0]).toMatchObject({ readyAt: secondStamp(9), unsaid: true });
    expect(next.tasks[1]).toMatchObject({ readyAt: secondStamp(3) });
    expect(sessionIn(next)).toMatchObject({ status: SessionStatus.ACTIVE, progress: 0 });
    expect(claimed(next, 10).tasks[0]).toMatchObject({ unsaid: false });
  });

  it("loses one that waits without a word to the one that is worked on", () => {
    const two = submitted(submitted(conversation(), 1, 1), 2, 2);
    const on = running(two, 3);
    const left = written(on, 4, { taskId: "task-2", payload: CANCELLED });
    expect(left.tasks).toEqual(on.tasks.slice(0, 1));
    expect(sessionIn(left)).toMatchObject({ status: SessionStatus.RUNNING, progress: 10 });
    expect(left.tasksEnded).toBe(1);
  });

  it("begins with the one that interrupts, whose message is said", () => {
    const two = submitted(submitted(conversation(), 1, 1), 2, 2);
    const over = submitted(running(two, 3), 4, 3, OnBusy.INTERRUPT);
    expect(ids(over)).toEqual(["task-3", "task-2"]);
    expect(over.tasks.map(({ unsaid }) => unsaid)).toEqual([false, true]);
    const displaced = submitted(two, 4, 3, OnBusy.INTERRUPT);
    expect(ids(displaced)).toEqual(["task-3", "task-1", "task-2"]);
    expect(displaced.tasks.map(({ unsaid }) => unsaid)).toEqual([false, false, true]);
  });

  it("does not offer one that was displaced before its next attempt is due", () => {
    const tried = then(claimed(submitted(conversation(), 1, 1), 2), 3, {
      case: "taskReleased",
      value: { reason: ReleaseReason.FAILED, readyAt: secondStamp(60) },
    });
    const displaced = submitted(tried, 4, 2, OnBusy.INTERRUPT);
    const back = then(displaced, 5, CANCELLED);
    expect(back.tasks).toMatchObject([{ task: { taskId: "task-1" }, readyAt: secondStamp(60) }]);
  });
});

describe("a session", () => {
  it("tells of the task that was submitted last, in the beginning of its query", () => {
    const query = "🙂".repeat(300);
    const one = submitted(conversation(), 1, 1);
    const head = written(one, 2, ...submission(one, newTask(2, 2, { query }), OnBusy.ENQUEUE));
    expect(sessionIn(head).latestTask).toMatchObject({
      taskId: "task-2",
      number: 2,
      status: TaskStatus.QUEUED,
      query: "🙂".repeat(200),
      createdAt: secondStamp(2),
    });
    const first = running(head, 3);
    expect(sessionIn(first).latestTask).toEqual(sessionIn(head).latestTask);
    const second = then(running(then(first, 4, COMPLETED), 5), 6, FAILED);
    expect(sessionIn(second).latestTask).toMatchObject({
      status: TaskStatus.FAILED,
      completedAt: secondStamp(6),
    });
  });

  it("says how the tasks did that have ended", () => {
    const used = { case: "usageReported" as const, value: { model: "m", tokens: 7n } };
    const first = then(running(submitted(conversation(), 1, 1), 3), 4, used);
    const done = then(first, 10, COMPLETED);
    expect(done).toMatchObject({
      tasksCompleted: 1,
      tasksEnded: 1,
      totals: { durationMs: 7000n, queuedMs: 2000n, attempts: 1, completedTokens: 7n },
    });
    const again = then(running(submitted(done, 20, 2), 21), 22, {
      case: "taskReleased",
      value: { reason: ReleaseReason.FAILED, readyAt: secondStamp(23) },
    });
    const failed = then(then(claimed(again, 24), 25, used), 30, FAILED);
    // One that was never claimed waited until its end.
    const never = then(submitted(failed, 40, 3), 45, CANCELLED);
    expect(never).toMatchObject({
      tasksCompleted: 1,
      tasksEnded: 3,
      totals: { durationMs: 16_000n, queuedMs: 8000n, attempts: 4, completedTokens: 7n },
      session: { tokensUsed: 14n, taskCount: 3 },
    });
  });

  it("has the strategy of its first task, if that names one", () => {
    const named = { metadata: { research_strategy: "deep" } };
    expect(run({}, { task: named }).researchStrategy).toBe("deep");
    const unnamed: JsonObject[] = [{}, { research_strategy: "" }, { research_strategy: 7 }];
    for (const metadata of unnamed) {
      expect(run({}, { task: { metadata } }).researchStrategy).toBeUndefined();
    }
    const second = submission(undefined, newTask(2, 2, named), OnBusy.ENQUEUE);
    expect(written(submitted(conversation(), 1, 1), 2, ...second).researchStrategy).toBeUndefined();
  });

  it("forgets which limits were passed once its budget is another", () => {
    const budget = { maxTokens: 5n, policy: BudgetPolicy.WARN };
    const said = written(run({ budget }), 1, {
      taskId: "task-1",
      payload: { case: "budgetExceeded", value: { limit: "max_tokens" } },
    });
    expect(said.exceeded).toEqual(["max_tokens"]);
    const raised = { session: { budget: { maxTokens: 9n } }, fields: ["budget"] };
    const updated = written(said, 2, {
      taskId: undefined,
      payload: { case: "sessionUpdated", value: raised },
    });
    expect(updated).toMatchObject({ exceeded: [], session: { budget: { maxTokens: 9n } } });
  });

  it("passes over events of tasks that it does not have", () => {
    const head = running(submitted(conversation(), 1, 1), 2);
    expect(written(head, 3, { taskId: "other", payload: COMPLETED })).toEqual(head);
    expect(findOpenTask(head, "other")).toBeUndefined();
  });
});

describe("a fork", () => {
  it("has nothing of the work: it is a conversation", () => {
    const budget = { maxTokens: 5n };
    const kind = { budget, prompt: "p", estimatedDuration: 3, preferences: { a: 1 } };
    const task = { metadata: { research_strategy: "deep" } };
    const used = {
      model: "m",
      inputTokens: 3n,
      outputTokens: 4n,
      cost: 1,
      agentId: "a",
      tool: "t",
    };
    const drafts = [
      { case: "usageReported" as const, value: used },
      { case: "budgetExceeded" as const, value: { limit: "max_tokens" } },
    ];
    const working = running(run(kind, { held: 2, task }), 1);
    const spent = drafts.reduce((head, draft) => then(head, 2, draft), working);
    const value = create(SessionForkedSchema, { session: { sessionId: "fork" } });
    for (const original of [spent, then(spent, 3, FAILED)]) {
      const fork = written(original, 4, {
        taskId: undefined,
        payload: { case: "sessionForked", value },
      });
      const talk = { sessionId: "fork", status: SessionStatus.ACTIVE };
      expect(fork).toEqual(create(HeadSchema, { uid: "u", session: talk }));
      expect(sessionIn(fork).sessionType).toBe(SessionType.UNSPECIFIED);
    }
  });
});
