import type { Session } from "../../gen/parley/v1/session_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { ParleyError } from "./errors.ts";
import { toMicros } from "./money.ts";

/** A limit of a budget, by the name of its field. */
export type BudgetLimit = "max_cost" | "max_tokens";

/** What a session has taken, and may take. */
type Figures = Pick<Session, "budget" | "tokensUsed" | "cost">;

/** Limits that are passed. What is used up to the last token and not beyond is not passed. */
export function passedLimits({ budget, tokensUsed, cost }: Figures): BudgetLimit[] {
  const { maxCost, maxTokens } = budget ?? {};
  const passed: BudgetLimit[] = [];
  if (maxCost !== undefined && toMicros(cost) > toMicros(maxCost)) passed.push("max_cost");
  if (maxTokens !== undefined && tokensUsed > maxTokens) passed.push("max_tokens");
  return passed;
}

export function policyOf({ budget }: Pick<Session, "budget">): BudgetPolicy {
  const policy = budget?.policy ?? BudgetPolicy.UNSPECIFIED;
  return policy === BudgetPolicy.UNSPECIFIED ? BudgetPolicy.FAIL : policy;
}

/** Refuses work in a session whose budget is spent, unless that is only to be said. */
export function refuseSpentBudget(session: Session): void {
  const [limit] = passedLimits(session);
  if (limit === undefined || policyOf(session) === BudgetPolicy.WARN) return;
  throw new ParleyError("budget_exceeded", `the session's budget is spent: ${limit}`);
}
