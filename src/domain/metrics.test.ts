import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { foldEvents } from "./fold.ts";
import { metricsOf } from "./metrics.ts";
import { placedEvent } from "./testing/events.ts";
import { claimed, progressed, submitted, submittedTask, taskEvent } from "./testing/task-events.ts";

/** What a session's figures are once events were written, so many seconds after 1970. */
function metrics(events: readonly Event[], seconds = 100) {
  const head = foldEvents(create(HeadSchema, { uid: "u" }), events);
  Object.assign(head.session!, { version: events.length, logBytes: 999n, messageCount: 5 });
  head.clearedMessages = 2;
  return metricsOf(head, head.session!, [submittedTask()], new Date(seconds * 1000));
}

const used = (seq: number, taskId: string, tokens: bigint, model = "m") =>
  taskEvent(
    seq,
    {
      case: "usageReported",
      value: { model, agentId: "a", inputTokens: tokens, outputTokens: 1n, cost: 0.1 },
    },
    taskId,
  );
const at = (seconds: number) => ({ createdAt: timestampFromMs(seconds * 1000) });
const completed = (seq: number, taskId = "t1") =>
  taskEvent(seq, { case: "taskCompleted", value: {} }, taskId);
const failed = (seq: number, taskId = "t1") =>
  taskEvent(seq, { case: "taskFailed", value: {} }, taskId);

const created = placedEvent(1, {
  case: "sessionCreated",
  value: {
    session: {
      sessionId: "s",
      sessionType: SessionType.RESEARCH,
      budget: { maxCost: 2 },
      costEstimate: { amount: 1.5 },
    },
    held: 2,
  },
});

describe("the figures of a session without work", () => {
  it("say what it holds, and nothing of how work went", () => {
    const figures = metrics([placedEvent(1, { case: "sessionCreated", value: {} })]);
    expect(figures).toMatchObject({
      executionTime: 0n,
      resourceUsage: { messageCount: 3, eventCount: 1, logBytes: 999n, taskCount: 0 },
      costBreakdown: { total: 0, currency: "USD", byModel: [] },
      performanceMetrics: { tasksCompleted: 0, tasksFailed: 0, retries: 0 },
    });
    const { costBreakdown: cost, performanceMetrics: went } = figures;
    for (const value of [
      figures.efficiencyScore,
      ...[cost?.budget, cost?.budgetUsed, cost?.held, cost?.estimated],
      ...[went?.successRate, went?.averageQueueMs, went?.averageTaskMs, went?.tokensPerSecond],
    ]) {
      expect(value).toBeUndefined();
    }
  });
});

describe("the figures of a run", () => {
  const begun = [created, submitted(2, at(2)), claimed(6), progressed(7, 10), used(8, "t1", 7n)];

  it("count its work up to now, and what it took", () => {
    expect(metrics(begun, 9.6)).toMatchObject({
      sessionId: "s",
      executionTime: 4n,
      resourceUsage: { tokensUsed: 8n, inputTokens: 7n, outputTokens: 1n, taskCount: 1 },
      costBreakdown: {
        total: 0.1,
        byModel: [{ name: "m", cost: 0.1 }],
        byAgent: [{ name: "a", tokens: 8n }],
        budget: 2,
        budgetUsed: 0.05,
        held: 2,
        estimated: 1.5,
      },
      performanceMetrics: { latestStatus: TaskStatus.RUNNING, tokensPerSecond: 8 / 3.6 },
      tasks: [{ taskId: "t1" }],
    });
  });

  it("stand still while it is paused", () => {
    const paused = taskEvent(10, { case: "taskPaused", value: {} });
    expect(metrics([...begun, paused], 50).executionTime).toBe(4n);
    const resumed = taskEvent(20, { case: "taskResumed", value: { leased: true } });
    expect(metrics([...begun, paused, resumed], 50).executionTime).toBe(34n);
  });

  it("say how it went, once it has ended", () => {
    const released = taskEvent(9, { case: "taskReleased", value: {} });
    const ended = [...begun, released, claimed(10, "w2", 2), completed(16)];
    const { costBreakdown, ...figures } = metrics(ended);
    expect(costBreakdown?.held).toBeUndefined();
    expect(figures).toMatchObject({
      executionTime: 10n,
      efficiencyScore: 1,
      performanceMetrics: {
        tasksCompleted: 1,
        tasksFailed: 0,
        successRate: 1,
        retries: 1,
        averageQueueMs: 4000n,
        averageTaskMs: 10_000n,
        latestStatus: TaskStatus.COMPLETED,
      },
    });
  });
});

describe("the figures of a conversation", () => {
  const two = (seq: number) => submitted(seq, { taskId: "t2", number: 2, ...at(seq) });
  const tasks = [submitted(2, at(2)), claimed(4), used(5, "t1", 29n), completed(6), two(7)];
  const claim = claimed(10, "w1", 1, "t2");

  it("rate its work by tokens: those of what completed, of what ended", () => {
    expect(metrics([...tasks, claim, used(11, "t2", 9n)]).efficiencyScore).toBe(1);
    const figures = metrics([...tasks, claim, used(11, "t2", 9n), failed(13, "t2")]);
    expect(figures.efficiencyScore).toBe(0.75);
    expect(figures.performanceMetrics).toMatchObject({
      tasksCompleted: 1,
      tasksFailed: 1,
      successRate: 0.5,
      averageQueueMs: 2500n,
      averageTaskMs: 2500n,
      latestStatus: TaskStatus.FAILED,
    });
  });

  it("rate it by tasks where no tokens were reported", () => {
    const silent = [submitted(2, at(2)), claimed(4), completed(6), two(7), claim];
    expect(metrics([...silent, failed(13, "t2")]).efficiencyScore).toBe(0.5);
    expect(metrics(silent.slice(0, 2)).efficiencyScore).toBeUndefined();
  });

  it("count a task that nobody claimed with the time it waited and none of work", () => {
    const cancelled = taskEvent(17, { case: "taskCancelled", value: {} }, "t2");
    expect(metrics([...tasks, cancelled]).performanceMetrics).toMatchObject({
      retries: 0,
      averageQueueMs: 6000n,
      averageTaskMs: 1000n,
    });
  });

  it("say nothing of the share of a budget of 0", () => {
    const free = placedEvent(1, {
      case: "sessionCreated",
      value: { session: { budget: { maxCost: 0 } } },
    });
    const { costBreakdown } = metrics([free]);
    expect(costBreakdown?.budget).toBe(0);
    expect(costBreakdown?.budgetUsed).toBeUndefined();
  });
});
