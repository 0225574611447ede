import type { LedgerEntry } from "../../../gen/parley/v1/account_service_pb.js";
import type { Operation } from "../port.ts";

/**
 * Money of users. What runs hold, cost and give back is written with the events that say so
 * (`Creation.claim`, `Change.account`); here is what no session's log has.
 */
export interface Accounts {
  /** An account that nothing was ever written to is empty. */
  readAccount(owner: AccountOwner): Promise<AccountBalance>;
  /** How many sessions somebody has that are neither deleted nor over, counted to `most`. */
  countLivingSessions(owner: AccountOwner, now: Date, most: number): Promise<number>;
  /** Puts money on an account, once for each operation. */
  deposit(deposit: Deposit): Promise<DepositOutcome>;
  /** Newest first. */
  listLedger(query: LedgerQuery): Promise<LedgerPage>;
}

export interface AccountOwner {
  readonly tenantId: string;
  readonly userId: string;
}

export interface AccountBalance {
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly openRuns: number;
}

export interface Deposit extends AccountOwner {
  readonly entryId: string;
  readonly at: Date;
  /** More than 0. */
  readonly micros: bigint;
  readonly note: string | undefined;
  /** What makes a retry safe; remembered for as long as the ledger is. */
  readonly operation: Operation;
}

/** `first` is false for a retry; the request hash is the first one's. */
export interface DepositOutcome {
  readonly entry: LedgerEntry;
  readonly first: boolean;
  readonly requestHash: Uint8Array;
}

export interface LedgerQuery extends AccountOwner {
  readonly limit: number;
  readonly offset: number;
}

export interface LedgerPage {
  readonly entries: readonly LedgerEntry[];
  readonly total: number;
}
