import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { OnBusy, SubmitTaskRequestSchema } from "../../gen/parley/v1/task_requests_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { checkSubmission, submission } from "./task-submission.ts";
import { reasonOf } from "./testing/refusal.ts";
import { conversation, kinds, newTask, run, running, taskDraft, written } from "./testing/work.ts";

const { UNSPECIFIED, ENQUEUE, REJECT, INTERRUPT } = OnBusy;

function submit(head: Head | undefined, onBusy: OnBusy, init = {}) {
  return submission(head, newTask(9, 9, init), onBusy);
}

function busy(count = 1): Head {
  return Array.from({ length: count }, (_, i) => newTask(i + 1, 1)).reduce(
    (head, task) => written(head, 1, ...submission(head, task, ENQUEUE)),
    conversation(),
  );
}

describe("a task that is submitted", () => {
  it.each([undefined, conversation()])("is asked for at once where nothing is open", (head) => {
    for (const onBusy of [UNSPECIFIED, ENQUEUE, REJECT, INTERRUPT]) {
      const drafts = submit(head, onBusy, { status: TaskStatus.RUNNING });
      expect(drafts).toMatchObject([
        {
          taskId: "task-9",
          payload: { case: "message", value: { role: Role.USER, content: "query 9" } },
        },
        {
          taskId: "task-9",
          payload: {
            case: "taskSubmitted",
            value: { task: { taskId: "task-9", status: TaskStatus.QUEUED }, first: false },
          },
        },
      ]);
      expect(drafts[0]).not.toHaveProperty("startsTurn");
    }
  });

  it("belongs to the turn that a call began, and begins one after its end", () => {
    const session = { turnCount: 3 };
    const turn = { turnNumber: 3, turnId: "t", ended: false };
    const begun = { ...conversation(session), turn } as Head;
    expect(submit(begun, ENQUEUE)[0]?.startsTurn).toBe(false);
    const ended = { ...begun, turn: { ...turn, ended: true } } as Head;
    expect(submit(ended, ENQUEUE)[0]?.startsTurn).toBe(true);
  });

  it("waits where the session has one, or is refused", () => {
    for (const onBusy of [UNSPECIFIED, ENQUEUE]) {
      expect(submit(busy(), onBusy)).toMatchObject([
        { payload: { case: "taskSubmitted", value: { first: false } } },
      ]);
    }
    expect(reasonOf(() => submit(busy(), REJECT))).toBe("session_busy");
  });

  it("takes the place of what is worked on or held, and goes before what waits", () => {
    const first = { payload: { case: "taskSubmitted", value: { first: true } } };
    const interrupted = { case: "taskCancelled", value: { errorCode: "interrupted" } };
    const on = running(busy(2), 2);
    const held = written(on, 3, taskDraft(on, { case: "taskPaused", value: {} }));
    for (const head of [on, held]) {
      expect(submit(head, INTERRUPT)).toMatchObject([
        { taskId: "task-1", payload: interrupted },
        { payload: { case: "message" } },
        first,
      ]);
    }
    expect(submit(busy(2), INTERRUPT)).toMatchObject([{ payload: { case: "message" } }, first]);
  });

  it("is refused where 100 have not ended", () => {
    const full = busy(100);
    expect(kinds(submit(busy(99), ENQUEUE))).toEqual(["taskSubmitted"]);
    expect(reasonOf(() => submit(full, ENQUEUE))).toBe("session_busy");
    expect(reasonOf(() => submit(full, INTERRUPT))).toBe("session_busy");
    expect(reasonOf(() => submit(running(full, 2), INTERRUPT))).toBeUndefined();
  });

  it("is refused where those that have not ended take too much room", () => {
    const large = { query: "x".repeat(65_000), metadata: { big: "x".repeat(65_000) } };
    let head = conversation();
    let count = 0;
    for (; reasonOf(() => submit(head, ENQUEUE)) === undefined; count++) {
      head = written(head, 1, ...submission(head, newTask(count + 1, 1, large), ENQUEUE));
    }
    expect(count).toBe(33);
    expect(reasonOf(() => submit(head, ENQUEUE))).toBe("session_busy");
  });

  it("is refused by a run, which has its own, and has had it", () => {
    const cancelled = { case: "taskCancelled" as const, value: { errorCode: "cancelled" } };
    for (const head of [run(), written(run(), 1, taskDraft(run(), cancelled))]) {
      for (const onBusy of [ENQUEUE, REJECT, INTERRUPT]) {
        expect(reasonOf(() => submit(head, onBusy))).toBe("session_busy");
      }
    }
  });

  it.each([
    [BudgetPolicy.UNSPECIFIED, "budget_exceeded"],
    [BudgetPolicy.FAIL, "budget_exceeded"],
    [BudgetPolicy.PAUSE, "budget_exceeded"],
    [BudgetPolicy.WARN, undefined],
  ])("is refused by a spent budget of the policy %d", (policy, reason) => {
    for (const budget of [
      { policy, maxTokens: 9n },
      { policy, maxCost: 0.5 },
    ]) {
      const spent = conversation({ budget, tokensUsed: 10n, cost: 0.500001 });
      expect(reasonOf(() => submit(spent, ENQUEUE))).toBe(reason);
      const used = conversation({ budget, tokensUsed: 9n, cost: 0.5 });
      expect(reasonOf(() => submit(used, ENQUEUE))).toBeUndefined();
    }
  });

  it("says what is to be done, and no more than may be kept", () => {
    const check = (init: object) =>
      reasonOf(() => checkSubmission(create(SubmitTaskRequestSchema, init)));
    expect(check({ query: "q", metadata: { a: 1 } })).toBeUndefined();
    expect(check({ query: " \n" })).toBe("invalid_argument");
    expect(check({ query: "x".repeat(65_537) })).toBe("payload_too_large");
    expect(check({ query: "q", metadata: { a: "x".repeat(65_537) } })).toBe("payload_too_large");
  });
});
