import type { Head, OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import type { ReportProgressRequest, UsageReport } from "../../gen/parley/v1/worker_requests_pb.js";
import { type BudgetLimit, passedLimits, policyOf } from "./budget.ts";
import { addDollars, toDollars, toMicros } from "./money.ts";
import { taskOf, tokensOf } from "./task.ts";
import { after } from "./task-machine.ts";
import type { WorkDraft } from "./work-draft.ts";

type ProgressFacts = Pick<
  ReportProgressRequest,
  "progress" | "currentStage" | "message" | "workflowId"
>;

/** How far a worker says it is; what it does not say stays as it was. */
export function progress(open: OpenTask, facts: Partial<ProgressFacts>): WorkDraft[] {
  const task = taskOf(open);
  const { currentStage, message, workflowId } = facts;
  const value = {
    progress: facts.progress ?? task.progress,
    ...{ currentStage, message },
    // An empty id would be none.
    ...(workflowId && { workflowId }),
  };
  return [{ taskId: task.taskId, payload: { case: "taskProgressed", value } }];
}

/** A report with its price, which is rounded to a millionth of a dollar. */
export type PricedReport = Pick<
  UsageReport,
  "model" | "inputTokens" | "outputTokens" | "tokens" | "agentId" | "tool"
> & { readonly cost?: number };

/**
 * What was used up, and what follows for the work if that is more than the budget allows. A type
 * of work that cannot be paused fails where it would be.
 */
export function report(
  head: Head,
  open: OpenTask,
  reports: readonly PricedReport[],
  { pausable = true }: { readonly pausable?: boolean } = {},
): WorkDraft[] {
  const used = reports.map((one) => usage(taskOf(open).taskId, one));
  if (head.session === undefined) return used;
  const passed = passedLimits(afterReports(head.session, reports));
  const policy = pausable ? policyOf(head.session) : withoutPause(policyOf(head.session));
  const said = passed
    .filter((limit) => !head.exceeded.includes(limit))
    .map((limit) => exceeded(taskOf(open).taskId, limit, policy));
  return [...used, ...said, ...consequence(open, passed, policy)];
}

function usage(taskId: string, report: PricedReport): WorkDraft {
  const { model, inputTokens, outputTokens, tokens, agentId, tool } = report;
  const cost = toDollars(toMicros(report.cost ?? 0));
  const value = { model, inputTokens, outputTokens, tokens, agentId, tool, cost };
  return { taskId, payload: { case: "usageReported", value } };
}

function afterReports({ budget, tokensUsed, cost }: Session, reports: readonly PricedReport[]) {
  return {
    budget,
    tokensUsed: reports.reduce((sum, one) => sum + tokensOf(one), tokensUsed),
    cost: reports.reduce((sum, one) => addDollars(sum, one.cost ?? 0), cost),
  };
}

function exceeded(taskId: string, limit: BudgetLimit, policy: BudgetPolicy): WorkDraft {
  return { taskId, payload: { case: "budgetExceeded", value: { limit, policy } } };
}

function withoutPause(policy: BudgetPolicy): BudgetPolicy {
  return policy === BudgetPolicy.PAUSE ? BudgetPolicy.FAIL : policy;
}

function consequence(
  open: OpenTask,
  passed: readonly BudgetLimit[],
  policy: BudgetPolicy,
): WorkDraft[] {
  const { taskId, status } = taskOf(open);
  if (passed.length === 0 || policy === BudgetPolicy.WARN) return [];
  if (policy !== BudgetPolicy.PAUSE) {
    const errorMessage = `took more than its budget allows: ${passed.join(", ")}`;
    const value = { errorCode: "budget_exceeded", errorMessage };
    return [{ taskId, payload: { case: "taskFailed", value } }];
  }
  const paused: WorkDraft = { taskId, payload: { case: "taskPaused", value: { byBudget: true } } };
  if (after(status, "pause") !== undefined) return [paused];
  // What has used something up is running, though its worker has not said so yet.
  return status === TaskStatus.INITIALIZING ? [...progress(open, {}), paused] : [];
}
