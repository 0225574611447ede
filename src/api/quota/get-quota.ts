import type { HandlerContext } from "@connectrpc/connect";
import type { GetQuotaRequest } from "../../../gen/parley/v1/quota_service_pb.js";
import type { Context } from "../../context.ts";
import { planOf, type Quotas } from "../../domain/plan.ts";
import type { Principal } from "../../domain/principal.ts";
import { type QuotaUses, quotaView } from "../../domain/quota-view.ts";
import { limitsOn } from "../../domain/rate-limits.ts";
import { callerOf } from "../caller.ts";
import { quotasOf } from "../quotas.ts";

export function getQuota(context: Context) {
  return async (_: GetQuotaRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const plan = planOf(context.plans, caller.tenantId);
    const quotas = quotasOf(context, caller);
    const [standings, uses] = await Promise.all([
      plan === undefined ? [] : standingsOf(context, caller, limitsOn(plan, caller)),
      usesOf(context, caller, quotas),
    ]);
    return { quota: quotaView(plan, standings, uses) };
  };
}

/** How the buckets stand, taking nothing. */
async function standingsOf(
  { log }: Context,
  caller: Principal,
  limits: ReturnType<typeof limitsOn>,
) {
  if (limits.length === 0) return [];
  const charges = limits.map((limit) => ({ limit, cost: 0 }));
  const { standings } = await log.takeTokens(caller, charges);
  return limits.map((limit, i) => ({ limit, ...standings[i]! }));
}

/** Counts only what is limited: all else may be any number. */
async function usesOf(
  { log, clock }: Context,
  caller: Principal,
  { maxSessions, maxOpenRuns, maxWatches }: Quotas,
): Promise<QuotaUses> {
  const [sessions, account] = await Promise.all([
    maxSessions === undefined ? 0 : log.countLivingSessions(caller, clock.now(), maxSessions),
    maxOpenRuns === undefined ? undefined : log.readAccount(caller),
  ]);
  return {
    sessions: { limit: maxSessions, used: sessions },
    openRuns: { limit: maxOpenRuns, used: account?.openRuns ?? 0 },
    watches: { limit: maxWatches, used: log.openWatches(caller) },
  };
}
