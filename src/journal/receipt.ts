import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { headOf } from "./head.ts";
import type { Lane, Statement } from "./lane.ts";
import { forgottenSince } from "./operation.ts";
import type { Receipt } from "./port.ts";

const FIND_RECEIPTS: Statement = {
  name: "find_receipts",
  text: `
    SELECT digest, request_hash, session, first_seq, last_seq,
      message_count, turn_count, log_bytes, state, state_version, gate_version, updated_at
    FROM operations
    WHERE digest = ANY($1::bytea[]) AND created_at > $2`,
};

/** A receipt as its row has it. */
export interface ReceiptRow {
  readonly digest: Buffer;
  readonly request_hash: Buffer;
  readonly session: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly message_count: number;
  readonly turn_count: number;
  readonly log_bytes: string;
  readonly state: Buffer | null;
  /** This and the next two are null if and only if the state is. */
  readonly state_version: number | null;
  readonly gate_version: number | null;
  readonly updated_at: Date | null;
}

/** Rows of what these operations did, by their digest in hex; those of the last 24 hours. */
export async function findReceipts(
  lane: Pick<Lane, "run">,
  digests: readonly Buffer[],
  now: Date,
): Promise<Map<string, ReceiptRow>> {
  const cutoff = forgottenSince(now).toISOString();
  const rows = await lane.run<ReceiptRow>(FIND_RECEIPTS, [digests, cutoff]);
  return new Map(rows.map((row) => [row.digest.toString("hex"), row]));
}

/** Throws if the state cannot be decoded. */
export function receiptOf(row: ReceiptRow): Receipt {
  return {
    uid: row.session,
    requestHash: row.request_hash,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    head: row.state === null ? undefined : headAfter(row, row.state),
  };
}

function headAfter(row: ReceiptRow, state: Buffer): Head {
  return headOf({
    state,
    version: row.last_seq,
    stateVersion: row.state_version!,
    gateVersion: row.gate_version!,
    messageCount: row.message_count,
    turnCount: row.turn_count,
    logBytes: BigInt(row.log_bytes),
    updatedAt: row.updated_at!,
  });
}
