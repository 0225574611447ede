import { LedgerEntryKind } from "../../../gen/parley/v1/account_service_pb.js";
import { outcomeUnknown } from "../../domain/errors.ts";
import { derivedText } from "../derived-text.ts";
import { failureKind } from "../failure.ts";
import type { Lane, Statement } from "../lane.ts";
import { ENTRY, type LedgerRow, ledgerEntry } from "./ledger-row.ts";
import type { Deposit, DepositOutcome } from "./port.ts";

/**
 * An operation that was done before meets its entry, which stays as it is: to update it to what it
 * is already gives it back, also where it was committed since the statement began.
 */
const DEPOSIT: Statement = {
  name: "deposit",
  text: `
    WITH entry AS (
      INSERT INTO ledger AS l (entry_id, tenant_id, user_id, at, kind, debit, credit, micros, note,
        digest, request_hash)
      VALUES ($1, $2, $3, $4, ${LedgerEntryKind.DEPOSIT}, 'deposits', 'available', $5, $6, $7, $8)
      ON CONFLICT (digest) WHERE digest IS NOT NULL DO UPDATE SET digest = l.digest
      RETURNING l.*, l.entry_id = $1 AS first
    ), raised AS (
      INSERT INTO accounts AS a (tenant_id, user_id, available_micros)
      SELECT tenant_id, user_id, micros FROM entry WHERE first
      ON CONFLICT (tenant_id, user_id)
        DO UPDATE SET available_micros = a.available_micros + excluded.available_micros
    )
    SELECT ${ENTRY}, request_hash, first FROM entry`,
};

interface DepositRow extends LedgerRow {
  readonly request_hash: Buffer;
  readonly first: boolean;
}

/**
 * A statement whose answer was lost is sent once more: if the first one was committed, the second
 * one waits for it and finds its entry.
 */
export async function deposit(lane: Lane, wanted: Deposit): Promise<DepositOutcome> {
  try {
    return await send(lane, wanted);
  } catch (error) {
    if (failureKind(error) !== "lost") throw error;
  }
  try {
    return await send(lane, wanted);
  } catch (error) {
    throw outcomeUnknown(error);
  }
}

async function send(lane: Lane, wanted: Deposit): Promise<DepositOutcome> {
  const { entryId, tenantId, userId, at, micros, note, operation } = wanted;
  const [row] = await lane.run<DepositRow>(DEPOSIT, [
    entryId,
    tenantId,
    userId,
    at.toISOString(),
    String(micros),
    note === undefined ? null : derivedText(note, 1024),
    operation.digest,
    operation.requestHash,
  ]);
  return { entry: ledgerEntry(row!), first: row!.first, requestHash: row!.request_hash };
}
