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

/**
 * Whether a caller may have one more session, which one that comes back counts as. Unlike new ones
 * these are not counted behind a lock: several that come back at once may be more than they may.
 */
export async function hasRoomForSession(context: Context, caller: Principal): Promise<boolean> {
  const { maxSessions } = quotasOf(context, caller);
  if (maxSessions === undefined) return true;
  const now = context.clock.now();
  return (await context.log.countLivingSessions(caller, now, maxSessions)) < maxSessions;
}
