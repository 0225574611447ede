import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { LedgerEntryKind } from "../../gen/parley/v1/account_service_pb.js";
import { toMicros } from "./money.ts";

/** The accounts of a user. What is spent is the tenant's, what is deposited came from outside. */
export type LedgerAccount = "deposits" | "available" | "held" | "spent";

/** Money that goes from one account to another. */
export interface LedgerMove {
  readonly kind: LedgerEntryKind;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  /** More than 0. */
  readonly micros: bigint;
}

/** What a write does to its owner's account. */
export interface AccountChange {
  readonly moves: readonly LedgerMove[];
  /** Runs that are open from then on, more or less. */
  readonly openRuns: -1 | 0;
}

/** What follows for the account when a run ends; undefined where none does. */
export function settlement(before: Head, after: Head): AccountChange | undefined {
  if (!before.countsAsOpen || after.countsAsOpen) return undefined;
  const held = before.heldMicros;
  if (held === undefined) return { moves: [], openRuns: -1 };
  const cost = toMicros(after.session?.cost ?? 0);
  const settled = cost < held ? cost : held;
  return {
    moves: [
      move(LedgerEntryKind.SETTLEMENT, "held", "spent", settled),
      move(LedgerEntryKind.OVERRUN, "available", "spent", cost - settled),
      move(LedgerEntryKind.REFUND, "held", "available", held - settled),
    ].filter(({ micros }) => micros > 0n),
    openRuns: -1,
  };
}

/** What of the money that is held for a run is not used so far; undefined where none is held. */
export function unusedMicros({ heldMicros: held, session }: Head): bigint | undefined {
  if (held === undefined) return undefined;
  const unused = held - toMicros(session?.cost ?? 0);
  return unused > 0n ? unused : 0n;
}

function move(
  kind: LedgerEntryKind,
  debit: LedgerAccount,
  credit: LedgerAccount,
  micros: bigint,
): LedgerMove {
  return { kind, debit, credit, micros };
}
