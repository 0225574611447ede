import type { Lane, Statement } from "../lane.ts";
import { counted } from "./counted.ts";
import type { UnderErasure } from "./port.ts";

/** Rows that one statement changes. */
const PIECE = 1000;

interface Belongings {
  readonly kind: string;
  readonly table: string;
  readonly key: string;
  /** The column that names the user, with the tenant in an index. */
  readonly user: string;
}

/**
 * What lets somebody act for the user. A table that is added later belongs in here. What tells in
 * whose sessions the user wrote goes with the names, which is after those were looked through.
 */
const BELONGINGS: readonly Belongings[] = [
  { kind: "api_keys", table: "api_keys", key: "key_id", user: "user_id" },
  { kind: "tickets", table: "tickets", key: "hash", user: "user_id" },
];

/** $1 the erasure, $2 tenant, $3 user, $4 most rows. */
function removal({ kind, table, key, user }: Belongings): Statement {
  return {
    name: `erase_${table}`,
    text: `
      WITH removed AS (
        DELETE FROM ${table} WHERE ${key} IN (
          SELECT ${key} FROM ${table} WHERE tenant_id = $2 AND ${user} = $3 LIMIT $4)
        RETURNING 1
      ), counts AS (${counted(kind, "removed", "SELECT $1::uuid")})
      SELECT count(*)::int AS count FROM removed`,
  };
}

/** $1 to $4 as above, $5 the pseudonym. Keys of others that the user made stay theirs. */
const FORGET_KEY_MAKER: Statement = {
  name: "forget_key_maker",
  text: `
    WITH renamed AS (
      UPDATE api_keys SET created_by = $5 WHERE key_id IN (
        SELECT key_id FROM api_keys WHERE tenant_id = $2 AND created_by = $3 LIMIT $4)
      RETURNING 1
    ), counts AS (${counted("api_keys_of_others", "renamed", "SELECT $1::uuid")})
    SELECT count(*)::int AS count FROM renamed`,
};

/** The names of sessions and what was noted go too, since people wrote them. */
const RENAME_LEDGER: Statement = {
  name: "rename_ledger",
  text: `
    WITH renamed AS (
      UPDATE ledger SET user_id = $5, session_id = NULL, note = NULL WHERE entry_id IN (
        SELECT entry_id FROM ledger WHERE tenant_id = $2 AND user_id = $3 LIMIT $4)
      RETURNING 1
    ), counts AS (${counted("ledger_entries", "renamed", "SELECT $1::uuid")})
    SELECT count(*)::int AS count FROM renamed`,
};

/** What is left of the ledger, and the account: together, so that they stay balanced. */
const ERASE_ACCOUNT: Statement = {
  name: "erase_account",
  text: "SELECT erase_account($1, $2, $3, $4)",
};

export const ERASE_CREDENTIALS: readonly Statement[] = BELONGINGS.map(removal);
export const ERASE_NAMES: readonly Statement[] = [FORGET_KEY_MAKER, RENAME_LEDGER];

export async function eraseCredentials(lane: Lane, erasure: UnderErasure): Promise<void> {
  for (const statement of ERASE_CREDENTIALS) await inPieces(lane, statement, whoOf(erasure), []);
}

export async function eraseAccount(lane: Lane, erasure: UnderErasure): Promise<void> {
  const who = whoOf(erasure);
  for (const statement of ERASE_NAMES) await inPieces(lane, statement, who, [erasure.pseudonym]);
  await lane.run(ERASE_ACCOUNT, [...who, erasure.pseudonym]);
}

function whoOf({ erasureId, tenantId, userId }: UnderErasure): readonly unknown[] {
  return [erasureId, tenantId, userId];
}

async function inPieces(
  lane: Lane,
  statement: Statement,
  who: readonly unknown[],
  more: readonly unknown[],
): Promise<void> {
  for (let changed = PIECE; changed === PIECE; ) {
    const [row] = await lane.run<{ count: number }>(statement, [...who, PIECE, ...more]);
    changed = row!.count;
  }
}
