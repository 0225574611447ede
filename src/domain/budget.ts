import { create } from "@bufbuild/protobuf";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { type Budget, BudgetPolicy, BudgetSchema } from "../../gen/parley/v1/usage_pb.js";
import { invalidArgument, ParleyError } from "./errors.ts";
import { checkMoney, toMicros } from "./money.ts";

/** A limit of a budget, by the name of its field. */
export type BudgetLimit = "max_cost" | "max_tokens";

/** What a session has taken, and may take. */
type Figures = Pick<Session, "budget" | "tokensUsed" | "cost">;

/** What a session may take: `token_budget` says the same as `budget.max_tokens`. */
export function budgetOf(
  request: Pick<CreateSessionRequest, "budget" | "tokenBudget">,
): Budget | undefined {
  const { budget, tokenBudget } = request;
  checkMoney("budget.max_cost", budget?.maxCost);
  if (tokenBudget === undefined) return budget;
  const maxTokens = budget?.maxTokens ?? tokenBudget;
  if (maxTokens !== tokenBudget) {
    throw invalidArgument("token_budget", "must be the same as budget.max_tokens, or alone");
  }
  return { ...(budget ?? create(BudgetSchema)), maxTokens };
}

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
