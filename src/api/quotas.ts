import type { Context } from "../context.ts";
import { planOf, type Quotas } from "../domain/plan.ts";
import type { Principal } from "../domain/principal.ts";

/** What there may be of a caller at a time: as its plan says, else as it is for everybody. */
export function quotasOf(
  { plans, work }: Pick<Context, "plans" | "work">,
  { tenantId }: Pick<Principal, "tenantId">,
): Quotas {
  const everybody = work.maxOpenRuns === undefined ? {} : { maxOpenRuns: work.maxOpenRuns };
  return { ...everybody, ...planOf(plans, tenantId) };
}
