import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, type TaskTotals, TaskTotalsSchema } from "../../gen/parley/store/v1/head_pb.js";
import {
  type CostBreakdown,
  CostBreakdownSchema,
  type GetSessionMetricsResponse,
  GetSessionMetricsResponseSchema,
  type MetricsUsage,
  MetricsUsageSchema,
  type PerformanceMetrics,
  PerformanceMetricsSchema,
} from "../../gen/parley/v1/run_metrics_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { type Task, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { toDollars } from "./money.ts";
import { taskOf, workedMs } from "./task.ts";
import { directions } from "./usage.ts";

/** How many tasks, the last ones, come with the figures. */
export const METRICS_TASKS = 100;

/** What the figures of a session are made of. */
interface Figures {
  readonly head: Head;
  readonly session: Session;
  readonly totals: TaskTotals;
  /** Of the tasks that ended, and of the others up to now. */
  readonly workedMs: number;
}

/**
 * The figures of a session.
 * @param tasks its last ones, in the order of their numbers
 */
export function metricsOf(
  head: Head,
  session: Session,
  tasks: readonly Task[],
  now: Date,
): GetSessionMetricsResponse {
  const totals = head.totals ?? create(TaskTotalsSchema);
  const workedMs = Number(totals.durationMs) + openMs(head, timestampFromDate(now));
  const figures: Figures = { head, session, totals, workedMs };
  return create(GetSessionMetricsResponseSchema, {
    sessionId: session.sessionId,
    executionTime: BigInt(Math.round(workedMs / 1000)),
    resourceUsage: usageOf(figures),
    costBreakdown: costOf(figures),
    performanceMetrics: performanceOf(figures),
    efficiencyScore: efficiencyOf(figures),
    tasks: [...tasks],
  });
}

function openMs({ tasks }: Head, now: Timestamp): number {
  return tasks.reduce((sum, open) => sum + workedMs(open, now), 0);
}

function usageOf({ head, session }: Figures): MetricsUsage {
  return create(MetricsUsageSchema, {
    tokensUsed: session.tokensUsed,
    ...directions(head),
    messageCount: session.messageCount - head.clearedMessages,
    eventCount: session.version,
    logBytes: session.logBytes,
    taskCount: session.taskCount,
    agents: head.agents,
    tools: head.tools,
  });
}

function costOf({ head, session }: Figures): CostBreakdown {
  const budget = session.budget?.maxCost;
  return create(CostBreakdownSchema, {
    total: session.cost,
    currency: "USD",
    byModel: head.models,
    byAgent: head.agents,
    budget,
    budgetUsed: budget === undefined || budget === 0 ? undefined : session.cost / budget,
    held: head.heldMicros === undefined ? undefined : toDollars(head.heldMicros),
    estimated: session.costEstimate?.amount,
  });
}

function performanceOf({ head, session, totals, workedMs }: Figures): PerformanceMetrics {
  const { tasksCompleted, tasksEnded } = head;
  const mean = (sum: bigint) =>
    tasksEnded === 0 ? undefined : BigInt(Math.round(Number(sum) / tasksEnded));
  return create(PerformanceMetricsSchema, {
    tasksCompleted,
    tasksFailed: tasksEnded - tasksCompleted,
    successRate: share(tasksCompleted, tasksEnded),
    retries: Math.max(totals.attempts - tasksEnded, 0),
    averageQueueMs: mean(totals.queuedMs),
    averageTaskMs: mean(totals.durationMs),
    tokensPerSecond: workedMs === 0 ? undefined : Number(session.tokensUsed) / (workedMs / 1000),
    latestStatus: session.latestTask?.status ?? TaskStatus.UNSPECIFIED,
  });
}

/** By tokens where some were reported of tasks that ended, else by tasks. */
function efficiencyOf({ head, session, totals }: Figures): number | undefined {
  const open = head.tasks.reduce((sum, task) => sum + taskOf(task).totalTokens, 0n);
  const ended = session.tokensUsed - open;
  if (head.tasksEnded > 0 && ended > 0n) {
    return Math.min(Number(totals.completedTokens) / Number(ended), 1);
  }
  return share(head.tasksCompleted, head.tasksEnded);
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
