import { v7 as uuidV7 } from "uuid";
import { LedgerEntryKind } from "../../../gen/parley/v1/account_service_pb.js";
import type { LedgerAccount, LedgerMove } from "../../domain/settlement.ts";
import type { Change, Creation } from "../port.ts";
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
  ["runs", "int"],
  ["max_open", "int"],
  ["max_sessions", "int"],
] as const;

/** How many parameters the moves of money take. */
export const MONEY_PARAMETERS = CHANGE_COLUMNS.length + MOVE_COLUMNS.length;

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
), settled AS (${changeAccounts("moved")}
), entered AS (
  INSERT INTO ledger (${ENTRY_COLUMNS})
  SELECT e.entry_id, l.tenant_id, l.user_id, $1::timestamptz, e.kind, e.debit, e.credit, e.micros,
    p.uid, l.session_id, p.last_seq
  FROM ${unnest(MOVE_COLUMNS, first + CHANGE_COLUMNS.length, "e")}
    JOIN placed p ON p.n = e.write JOIN locked l ON l.uid = p.uid
)`;
}

/**
 * Adds to accounts what a table has for each, locking them in one order. By the conflict each row
 * is found by its key, also by a plan that was made while there was none.
 */
function changeAccounts(from: string): string {
  return `
  INSERT INTO accounts AS a (tenant_id, user_id)
  SELECT tenant_id, user_id FROM ${from} ORDER BY tenant_id, user_id
  ON CONFLICT (tenant_id, user_id) DO UPDATE SET (available_micros, held_micros, open_runs) = (
    SELECT a.available_micros + m.available, a.held_micros + m.held,
      greatest(a.open_runs + m.open_runs, 0)
    FROM ${from} m WHERE m.tenant_id = a.tenant_id AND m.user_id = a.user_id)`;
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
 * claim of no money asks for no balance. Sessions are counted behind the lock, and by a function
 * that sees what was committed while it was waited for.
 */
export function refusedClaims(first: number): string {
  return `claimed AS MATERIALIZED (
  SELECT c.n, c.tenant_id, c.user_id, k.entry_id, k.hold, k.runs, k.max_open, k.max_sessions
  FROM ${unnest(CLAIM_COLUMNS, first, "k")} JOIN creations c ON c.n = k.write
), purses AS MATERIALIZED (
  SELECT a.* FROM (
    SELECT DISTINCT tenant_id, user_id FROM claimed ORDER BY tenant_id, user_id
  ) o CROSS JOIN LATERAL (
    SELECT * FROM accounts a
    WHERE a.tenant_id = o.tenant_id AND a.user_id = o.user_id FOR UPDATE
  ) a
), claims AS MATERIALIZED (
  SELECT c.*, a.user_id IS NULL
      OR (c.max_open IS NOT NULL AND a.open_runs + sum(c.runs) OVER earlier > c.max_open)
      OR (c.hold IS NOT NULL AND a.available_micros < sum(c.hold) OVER earlier)
      OR (c.max_sessions IS NOT NULL
        AND living_sessions(a.tenant_id, a.user_id, $1::timestamptz, c.max_sessions)
          + count(*) OVER earlier > c.max_sessions) AS refused
  FROM claimed c LEFT JOIN purses a ON a.tenant_id = c.tenant_id AND a.user_id = c.user_id
  WINDOW earlier AS (PARTITION BY c.tenant_id, c.user_id ORDER BY c.n)
)`;
}

/** Takes what the new sessions claim, which a table `made` has. */
export const TAKE_CLAIMS = `, taken AS MATERIALIZED (
  SELECT k.tenant_id, k.user_id, -coalesce(sum(k.hold), 0)::bigint AS available,
    coalesce(sum(k.hold), 0)::bigint AS held, sum(k.runs)::int AS open_runs
  FROM claims k JOIN made m ON m.n = k.n WHERE k.runs > 0 GROUP BY k.tenant_id, k.user_id
), charged AS (${changeAccounts("taken")}
), entered AS (
  INSERT INTO ledger (${ENTRY_COLUMNS})
  SELECT k.entry_id, m.tenant_id, m.user_id, $1::timestamptz, ${LedgerEntryKind.HOLD}, 'available',
    'held', k.hold, m.uid, m.session_id, 1
  FROM claims k JOIN made m ON m.n = k.n WHERE k.hold > 0
)`;

/** True of a creation that its owner's account has to be locked for. */
export function claimsAccount({ claim, maxSessions }: Pick<Creation, "claim" | "maxSessions">) {
  return claim !== undefined || maxSessions !== undefined;
}

/** Claims of a batch as parallel arrays. */
export function claimArrays(
  batch: readonly { readonly creation: Pick<Creation, "claim" | "maxSessions"> }[],
): unknown[] {
  const claims = batch.flatMap(({ creation }, index) => {
    const { claim, maxSessions } = creation;
    const runs = claim === undefined ? 0 : 1;
    return claimsAccount(creation) ? [{ write: index + 1, runs, ...claim, maxSessions }] : [];
  });
  return [
    claims.map(({ write }) => write),
    claims.map(() => uuidV7()),
    claims.map(({ holdMicros }) => (holdMicros === undefined ? null : String(holdMicros))),
    claims.map(({ runs }) => runs),
    claims.map(({ maxOpenRuns }) => maxOpenRuns ?? null),
    claims.map(({ maxSessions }) => maxSessions ?? null),
  ];
}
