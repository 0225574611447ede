import { LedgerEntryKind } from "../../../gen/parley/v1/account_service_pb.js";
import { outcomeUnknown, unavailable } from "../../domain/errors.ts";
import { derivedText } from "../derived-text.ts";
import { failureKind } from "../failure.ts";
import type { Lane, Statement } from "../lane.ts";
import { ENTRY, type LedgerRow, ledgerEntry } from "./ledger-row.ts";
import type { Deposit, DepositOutcome } from "./port.ts";

/**
 * The account is raised only with a new entry. An operation that was done before is found by the
 * snapshot; one that was done since it was taken gives nothing, and is found by the next try.
 */
const DEPOSIT: Statement = {
  name: "deposit",
  text: `
    WITH entry AS (
      INSERT INTO ledger (entry_id, tenant_id, user_id, at, kind, debit, credit, micros, note,
        digest, request_hash)
      VALUES ($1, $2, $3, $4, ${LedgerEntryKind.DEPOSIT}, 'deposits', 'available', $5, $6, $7, $8)
      ON CONFLICT (digest) WHERE digest IS NOT NULL DO NOTHING
      RETURNING *
    ), raised AS (
      INSERT INTO accounts AS a (tenant_id, user_id, available_micros)
      SELECT tenant_id, user_id, micros FROM entry
      ON CONFLICT (tenant_id, user_id)
        DO UPDATE SET available_micros = a.available_micros + excluded.available_micros
    )
    SELECT ${ENTRY}, request_hash FROM entry
    UNION ALL SELECT ${ENTRY}, request_hash FROM ledger WHERE digest = $7`,
};

/** Also after a statement whose answer was lost: its entry, if it has made one, is found. */
const MAX_ATTEMPTS = 3;

type DepositRow = LedgerRow & { readonly request_hash: Buffer };

export async function deposit(lane: Lane, wanted: Deposit): Promise<DepositOutcome> {
  let lost: unknown;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const [row] = await lane.run<DepositRow>(DEPOSIT, valuesOf(wanted));
      if (row !== undefined) return outcomeOf(row, wanted);
    } catch (error) {
      if (lost === undefined && failureKind(error) !== "lost") throw error;
      lost ??= error;
    }
  }
  throw lost === undefined ? unavailable() : outcomeUnknown(lost);
}

function valuesOf({ entryId, tenantId, userId, at, micros, note, operation }: Deposit): unknown[] {
  return [
    entryId,
    tenantId,
    userId,
    at.toISOString(),
    String(micros),
    note === undefined ? null : derivedText(note, 1024),
    operation.digest,
    operation.requestHash,
  ];
}

function outcomeOf(row: DepositRow, { entryId }: Deposit): DepositOutcome {
  const first = row.entry_id === entryId;
  return { entry: ledgerEntry(row), first, requestHash: row.request_hash };
}
