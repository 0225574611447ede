import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type LedgerEntry, LedgerEntrySchema } from "../../../gen/parley/v1/account_service_pb.js";
import { toDollars } from "../../domain/money.ts";

/** What an entry is made of. */
export const ENTRY = "entry_id, at, kind, debit, credit, micros, session_id, seq, note";

export interface LedgerRow {
  readonly entry_id: string;
  readonly at: Date;
  readonly kind: number;
  readonly debit: string;
  readonly credit: string;
  readonly micros: string;
  readonly session_id: string | null;
  readonly seq: number | null;
  readonly note: string | null;
}

export function ledgerEntry(row: LedgerRow): LedgerEntry {
  return create(LedgerEntrySchema, {
    entryId: row.entry_id,
    timestamp: timestampFromDate(row.at),
    kind: row.kind,
    debit: row.debit,
    credit: row.credit,
    amount: toDollars(BigInt(row.micros)),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.seq !== null && { seq: row.seq }),
    ...(row.note !== null && { note: row.note }),
  });
}
