import type { HeadRow } from "../head.ts";
import { sessions } from "../schema/index.ts";

/** What a head is made of, for the query builder. */
export const headColumns = {
  version: sessions.version,
  stateVersion: sessions.stateVersion,
  gateVersion: sessions.gateVersion,
  messageCount: sessions.messageCount,
  turnCount: sessions.turnCount,
  logBytes: sessions.logBytes,
  updatedAt: sessions.updatedAt,
  state: sessions.state,
};

/** The same as the driver gives it, for statements in plain SQL. */
export interface RawHeadRow {
  readonly version: number;
  readonly state_version: number;
  readonly gate_version: number;
  readonly message_count: number;
  readonly turn_count: number;
  readonly log_bytes: string;
  readonly updated_at: Date;
  readonly state: Buffer;
}

export function headRow(row: RawHeadRow): HeadRow {
  return {
    version: row.version,
    stateVersion: row.state_version,
    gateVersion: row.gate_version,
    messageCount: row.message_count,
    turnCount: row.turn_count,
    logBytes: BigInt(row.log_bytes),
    updatedAt: row.updated_at,
    state: row.state,
  };
}
