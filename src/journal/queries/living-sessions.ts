import type { AccountOwner } from "../accounts/port.ts";
import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";

/** Whose sessions are to be counted, and to what number; 0 counts none. */
export interface LivingWish {
  readonly owner: AccountOwner;
  readonly most: number;
}

const COUNT_LIVING: Statement = {
  name: "count_living_sessions",
  text: `
    SELECT living_sessions(w.tenant_id, w.user_id, $3::timestamptz, w.most) AS living
    FROM unnest($1::text[], $2::text[], $4::int[]) WITH ORDINALITY AS w (tenant_id, user_id, most, n)
    ORDER BY w.n`,
};

/** One answer per wish, in their order. */
export async function countLiving(
  lane: Lane,
  wishes: readonly LivingWish[],
  now: Date,
): Promise<number[]> {
  if (wishes.every(({ most }) => most === 0)) return wishes.map(() => 0);
  const ids = (of: "tenantId" | "userId") => wishes.map(({ owner }) => soughtId(owner[of]));
  const rows = await lane.run<{ living: number }>(COUNT_LIVING, [
    ids("tenantId"),
    ids("userId"),
    now.toISOString(),
    wishes.map(({ most }) => most),
  ]);
  return rows.map(({ living }) => living);
}
