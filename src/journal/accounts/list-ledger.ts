import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedInteger } from "../queries/bounds.ts";
import { ENTRY, type LedgerRow, ledgerEntry } from "./ledger-row.ts";
import type { LedgerPage, LedgerQuery } from "./port.ts";

const LIST_LEDGER: Statement = {
  name: "list_ledger",
  text: `
    SELECT t.total, p.*
    FROM (SELECT count(*)::int AS total FROM ledger WHERE tenant_id = $1 AND user_id = $2) t
      LEFT JOIN (
        SELECT ${ENTRY} FROM ledger WHERE tenant_id = $1 AND user_id = $2
        ORDER BY at DESC, entry_id DESC LIMIT $3 OFFSET $4
      ) p ON true
    ORDER BY p.at DESC, p.entry_id DESC`,
};

/** Without entries on the page there is one row, with the total alone. */
type PageRow = { readonly total: number } & (LedgerRow | { readonly entry_id: null });

export async function listLedger(lane: Lane, query: LedgerQuery): Promise<LedgerPage> {
  const rows = await lane.run<PageRow>(LIST_LEDGER, [
    soughtId(query.tenantId),
    soughtId(query.userId),
    boundedInteger(query.limit),
    boundedInteger(query.offset),
  ]);
  const entries = rows.flatMap((row) => (row.entry_id === null ? [] : [ledgerEntry(row)]));
  return { entries, total: rows[0]!.total };
}
