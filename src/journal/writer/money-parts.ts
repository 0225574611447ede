import { v7 as uuidV7 } from "uuid";
import { LedgerEntryKind } from "../../../gen/parley/v1/account_service_pb.js";
import type { LedgerAccount, LedgerMove } from "../../domain/settlement.ts";
import type { AccountClaim, Change } from "../port.ts";
import { unnest } from "./statement-parts.ts";

const ENTRY_COLUMNS = `entry_id, tenant_id, user_id, at, kind, debit, credit, micros, session,
    session_id, seq`;

const CHANGE_COLUMNS = [
  ["write", "int"],
  ["available", "bigint"],
  ["held", "bigint"],
  ["open_runs", "int"],
] as const;

const MOVE_COLUMNS = [
  ["write", "int"],
  ["entry_id", "uuid"],
  ["kind", "smallint"],
  ["debit", "text"],
  ["credit", "text"],
  ["micros", "bigint"],
] as const;

const CLAIM_COLUMNS = [
  ["write", "int"],
  ["entry_id", "uuid"],
  ["hold", "bigint"],
  ["max_open", "int"],
] as const;

/**
 * Moves money between the accounts of the owners of changed sessions, and writes that down.
 * The accounts are locked in one order, after the sessions. A run ends even if it was never
 * counted.
 * @param first number of the first parameter of `moneyArrays`
 */
export function moveMoney(first: number): string {
  return `, moved AS MATERIALIZED (
  SELECT l.tenant_id, l.user_id, sum(c.available)::bigint AS available,
    sum(c.held)::bigint AS held, sum(c.open_runs)::int AS open_runs
  FROM ${unnest(CHANGE_COLUMNS, first, "c")}
    JOIN placed p ON p.n = c.write JOIN locked l ON l.uid = p.uid
  GROUP BY l.tenant_id, l.user_id
), purses AS MATERIALIZED (
  SELECT a.tenant_id, a.user_id FROM accounts a JOIN moved USING (tenant_id, user_id)
  ORDER BY a.tenant_id, a.user_id FOR UPDATE OF a
), settled AS (
  UPDATE accounts a SET available_micros = a.available_micros + m.available,
    held_micros = a.held_micros + m.held, open_runs = greatest(a.open_runs + m.open_runs, 0)
  FROM moved m JOIN purses USING (tenant_id, user_id)
  WHERE a.tenant_id = m.tenant_id AND a.user_id = m.user_id
), entered AS (
  INSERT INTO ledger (${ENTRY_COLUMNS})
  SELECT e.entry_id, l.tenant_id, l.user_id, $1::timestamptz, e.kind, e.debit, e.credit, e.micros,
    p.uid, l.session_id, p.last_seq
  FROM ${unnest(MOVE_COLUMNS, first + CHANGE_COLUMNS.length, "e")}
    JOIN placed p ON p.n = e.write JOIN locked l ON l.uid = p.uid
)`;
}

/** What changes do to accounts as parallel arrays. */
export function moneyArrays(batch: readonly { readonly change: Change }[]): unknown[] {
  const changes = batch.flatMap(({ change: { account } }, index) =>
    account === undefined ? [] : [{ write: index + 1, ...account }],
  );
  const moves = changes.flatMap(({ write, moves }) => moves.map((move) => ({ write, ...move })));
  return [
    changes.map(({ write }) => write),
    changes.map(({ moves }) => String(growth(moves, "available"))),
    changes.map(({ moves }) => String(growth(moves, "held"))),
    changes.map(({ openRuns }) => openRuns),
    moves.map(({ write }) => write),
    moves.map(() => uuidV7()),
    moves.map(({ kind }) => kind),
    moves.map(({ debit }) => debit),
    moves.map(({ credit }) => credit),
    moves.map(({ micros }) => String(micros)),
  ];
}

function growth(moves: readonly LedgerMove[], account: LedgerAccount): bigint {
  return moves.reduce((sum, { debit, credit, micros }) => {
    if (credit === account) return sum + micros;
    return debit === account ? sum - micros : sum;
  }, 0n);
}

/**
 * Of new sessions with a claim on their owner's account, those it cannot carry: it is locked, as
 * it is then. Claims are added up in the order of the batch, those that are refused as well:
 * whether one of them could have been carried after all is found out when it is sent again. A
 * claim of no money asks for no balance.
 */
export function refusedClaims(first: number): string {
  return `claimed AS MATERIALIZED (
  SELECT c.n, c.tenant_id, c.user_id, k.entry_id, k.hold, k.max_open
  FROM ${unnest(CLAIM_COLUMNS, first, "k")} JOIN creations c ON c.n = k.write
), purses AS MATERIALIZED (
  SELECT a.* FROM accounts a
    JOIN (SELECT DISTINCT tenant_id, user_id FROM claimed) o
      ON a.tenant_id = o.tenant_id AND a.user_id = o.user_id
  ORDER BY a.tenant_id, a.user_id FOR UPDATE OF a
), claims AS MATERIALIZED (
  SELECT c.*, a.user_id IS NULL
      OR (c.max_open IS NOT NULL AND a.open_runs + count(*) OVER earlier > c.max_open)
      OR (c.hold IS NOT NULL AND a.available_micros < sum(c.hold) OVER earlier) AS refused
  FROM claimed c LEFT JOIN purses a ON a.tenant_id = c.tenant_id AND a.user_id = c.user_id
  WINDOW earlier AS (PARTITION BY c.tenant_id, c.user_id ORDER BY c.n)
)`;
}

/** Takes what the new sessions claim, which a table \`made\` has. */
export const TAKE_CLAIMS = `, taken AS MATERIALIZED (
  SELECT k.tenant_id, k.user_id, coalesce(sum(k.hold), 0)::bigint AS hold,
    count(*)::int AS open_runs
  FROM claims k JOIN made m ON m.n = k.n GROUP BY k.tenant_id, k.user_id
), charged AS (
  UPDATE accounts a SET available_micros = a.available_micros - t.hold,
    held_micros = a.held_micros + t.hold, open_runs = a.open_runs + t.open_runs
  FROM taken t WHERE a.tenant_id = t.tenant_id AND a.user_id = t.user_id
), entered AS (
  INSERT INTO ledger (${ENTRY_COLUMNS})
  SELECT k.entry_id, m.tenant_id, m.user_id, $1::timestamptz, ${LedgerEntryKind.HOLD}, 'available',
    'held', k.hold, m.uid, m.session_id, 1
  FROM claims k JOIN made m ON m.n = k.n WHERE k.hold > 0
)`;

/** Claims of a batch as parallel arrays. */
export function claimArrays(
  batch: readonly { readonly creation: { readonly claim?: AccountClaim } }[],
): unknown[] {
  const claims = batch.flatMap(({ creation: { claim } }, index) =>
    claim === undefined ? [] : [{ write: index + 1, ...claim }],
  );
  return [
    claims.map(({ write }) => write),
    claims.map(() => uuidV7()),
    claims.map(({ holdMicros }) => (holdMicros === undefined ? null : String(holdMicros))),
    claims.map(({ maxOpenRuns }) => maxOpenRuns ?? null),
  ];
}
