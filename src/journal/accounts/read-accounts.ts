import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import type { AccountBalance, AccountOwner } from "./port.ts";

export const EMPTY_ACCOUNT: AccountBalance = {
  availableMicros: 0n,
  heldMicros: 0n,
  openRuns: 0,
};

const OPEN_ACCOUNTS: Statement = {
  name: "open_accounts",
  text: `
    INSERT INTO accounts (tenant_id, user_id)
    SELECT DISTINCT o.tenant_id COLLATE "C", o.user_id COLLATE "C"
    FROM unnest($1::text[], $2::text[]) AS o (tenant_id, user_id)
    WHERE NOT EXISTS (
      SELECT FROM accounts a WHERE a.tenant_id = o.tenant_id AND a.user_id = o.user_id)
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING`,
};

/**
 * So that there is a row to lock; says nothing of what is on it. One that is there is not even
 * tried: it would be waited for whoever changes it.
 */
export async function openAccounts(lane: Lane, owners: readonly AccountOwner[]): Promise<void> {
  if (owners.length > 0) await lane.run(OPEN_ACCOUNTS, ownerArrays(owners));
}

const READ_ACCOUNTS: Statement = {
  name: "read_accounts",
  text: `
    SELECT a.tenant_id, a.user_id, a.available_micros, a.held_micros, a.open_runs
    FROM accounts a
    WHERE (a.tenant_id, a.user_id) IN (
      SELECT tenant_id, user_id FROM unnest($1::text[], $2::text[]) AS o (tenant_id, user_id))`,
};

interface AccountRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly available_micros: string;
  readonly held_micros: string;
  readonly open_runs: number;
}

/** By `accountName`; those that were never written to are left out. */
export async function readAccounts(
  lane: Lane,
  owners: readonly AccountOwner[],
): Promise<Map<string, AccountBalance>> {
  if (owners.length === 0) return new Map();
  const rows = await lane.run<AccountRow>(READ_ACCOUNTS, ownerArrays(owners));
  return new Map(
    rows.map((row) => [
      accountName({ tenantId: row.tenant_id, userId: row.user_id }),
      {
        availableMicros: BigInt(row.available_micros),
        heldMicros: BigInt(row.held_micros),
        openRuns: row.open_runs,
      },
    ]),
  );
}

export async function readAccount(lane: Lane, owner: AccountOwner): Promise<AccountBalance> {
  const sought = { tenantId: soughtId(owner.tenantId), userId: soughtId(owner.userId) };
  const accounts = await readAccounts(lane, [sought]);
  return accounts.get(accountName(sought)) ?? EMPTY_ACCOUNT;
}

export function accountName({ tenantId, userId }: AccountOwner): string {
  return `${tenantId.length}:${tenantId}${userId}`;
}

function ownerArrays(owners: readonly AccountOwner[]): [string[], string[]] {
  return [owners.map(({ tenantId }) => tenantId), owners.map(({ userId }) => userId)];
}
