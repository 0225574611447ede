import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { type Budget, BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { UsageReportSchema } from "../../gen/parley/v1/worker_requests_pb.js";
import { pauseWork } from "./task-control.ts";
import { progress, report } from "./task-report.ts";
import { claimed, decided, kinds, run, running, sessionIn, written } from "./testing/work.ts";

const { UNSPECIFIED, WARN, PAUSE, FAIL } = BudgetPolicy;

function used(init: MessageInitShape<typeof UsageReportSchema> = {}) {
  return create(UsageReportSchema, { model: "m", ...init });
}

function reported(head: Head, init?: MessageInitShape<typeof UsageReportSchema>) {
  return report(head, head.tasks[0]!, [used(init)]);
}

/** A run at work that may take 10 tokens and a dollar. */
function limited(policy: BudgetPolicy, budget: Partial<Budget> = {}): Head {
  return running(run({ budget: { maxTokens: 10n, maxCost: 1, policy, ...budget } }), 1);
}

describe("progress", () => {
  it("is what the worker says; the rest is as it was", () => {
    const open = running(run(), 1).tasks[0]!;
    const facts = { progress: 40, currentStage: "reading", message: "half", workflowId: "wf" };
    expect(progress(open, facts)).toEqual([
      { taskId: "task-1", payload: { case: "taskProgressed", value: facts } },
    ]);
    expect(progress(open, {})).toMatchObject([{ payload: { value: { progress: 10 } } }]);
    expect(progress(open, { progress: 0, workflowId: "" })).toMatchObject([
      { payload: { value: { progress: 0 } } },
    ]);
    const said = written(running(run(), 1), 2, ...progress(open, { workflowId: "" }));
    expect(said.tasks[0]?.task?.workflowId).toBe("task-1");
  });
});

describe("a report of usage", () => {
  it("is one event for each thing that was used up, at a price of whole millionths", () => {
    const head = running(run(), 1);
    const reports = [
      used({ inputTokens: 1n, outputTokens: 2n, cost: 0.00000123, agentId: "a", tool: "t" }),
      used({ tokens: 3n }),
    ];
    expect(report(head, head.tasks[0]!, reports)).toMatchObject([
      {
        taskId: "task-1",
        payload: {
          case: "usageReported",
          value: { model: "m", inputTokens: 1n, outputTokens: 2n, cost: 0.000001, agentId: "a" },
        },
      },
      { payload: { case: "usageReported", value: { tokens: 3n, cost: 0 } } },
    ]);
  });

  it("says nothing of a budget that is used up to its end", () => {
    for (const policy of [UNSPECIFIED, WARN, PAUSE, FAIL]) {
      expect(kinds(reported(limited(policy), { tokens: 10n, cost: 1 }))).toEqual(["usageReported"]);
    }
  });

  it.each([
    [UNSPECIFIED, ["taskFailed"], FAIL],
    [FAIL, ["taskFailed"], FAIL],
    [PAUSE, ["taskPaused"], PAUSE],
    [WARN, [], WARN],
  ])("beyond the budget does what its policy %d says", (policy, follows, said) => {
    const drafts = reported(limited(policy), { tokens: 11n, cost: 1.5 });
    expect(kinds(drafts)).toEqual([
      "usageReported",
      "budgetExceeded",
      "budgetExceeded",
      ...follows,
    ]);
    expect(drafts.slice(1, 3).map(({ payload }) => payload.value)).toEqual([
      { limit: "max_cost", policy: said },
      { limit: "max_tokens", policy: said },
    ]);
  });

  it("says of each limit once that it is passed", () => {
    const head = limited(WARN);
    const first = written(head, 2, ...reported(head, { tokens: 11n }));
    expect(kinds(reported(first, { tokens: 1n }))).toEqual(["usageReported"]);
    expect(reported(first, { cost: 2 }).slice(1)).toMatchObject([
      { payload: { case: "budgetExceeded", value: { limit: "max_cost" } } },
    ]);
  });

  it("fails a run with the limit that it has passed", () => {
    const head = limited(FAIL);
    const failed = written(head, 2, ...reported(head, { tokens: 11n }));
    expect(sessionIn(failed)).toMatchObject({
      status: SessionStatus.FAILED,
      tokensUsed: 11n,
      errorDetails: { code: "budget_exceeded", message: expect.stringContaining("max_tokens") },
    });
  });

  it("holds what its policy pauses, and goes on to be taken while it is held", () => {
    const head = limited(PAUSE);
    const drafts = reported(head, { tokens: 11n });
    expect(drafts.at(-1)?.payload.value).toEqual({ byBudget: true });
    const held = written(head, 2, ...drafts);
    expect(sessionIn(held).status).toBe(SessionStatus.PAUSED);
    expect(kinds(reported(held, { tokens: 5n }))).toEqual(["usageReported"]);
  });

  it("shows that a task runs whose worker has said nothing yet, so that it can be held", () => {
    const budget = { maxTokens: 10n, policy: PAUSE };
    const head = claimed(run({ budget }), 1);
    const drafts = reported(head, { tokens: 11n });
    expect(kinds(drafts).slice(2)).toEqual(["taskProgressed", "taskPaused"]);
    expect(sessionIn(written(head, 2, ...drafts)).status).toBe(SessionStatus.PAUSED);
  });

  it("fails what its policy would pause and its type does not let be", () => {
    const head = limited(PAUSE);
    const drafts = report(head, head.tasks[0]!, [used({ tokens: 11n })], { pausable: false });
    expect(kinds(drafts).at(-1)).toBe("taskFailed");
    expect(drafts[1]?.payload.value).toMatchObject({ policy: FAIL });
  });

  it("ends or holds also what began after the budget was spent", () => {
    for (const [policy, end] of [
      [FAIL, "taskFailed"],
      [PAUSE, "taskPaused"],
    ] as const) {
      const head = { ...limited(policy), exceeded: ["max_tokens"] } as Head;
      expect(kinds(reported(head, { tokens: 11n }))).toEqual(["usageReported", end]);
    }
  });

  it("fails a run that was paused by its owner and goes on beyond its budget", () => {
    const head = limited(FAIL);
    const held = written(head, 2, ...pauseWork(head, { pausable: true }));
    const { state, account } = decided(held, 3, reported(held, { tokens: 11n }));
    expect(sessionIn(state).status).toBe(SessionStatus.FAILED);
    expect(account).toEqual({ moves: [], openRuns: -1 });
  });
});
