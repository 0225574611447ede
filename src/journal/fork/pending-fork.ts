import { type Pending, sharedOf } from "../writer/pending.ts";
import { type StateColumns, stateColumns } from "../writer/state-columns.ts";
import type { Fork, ForkOutcome } from "./port.ts";

/** A fork that was accepted and waits for its turn. */
export interface PendingFork extends Pending<ForkOutcome> {
  readonly fork: Fork;
  readonly state: StateColumns;
}

export function pendingFork(fork: Fork): Omit<PendingFork, "resolve" | "reject"> {
  const { operation, head, event } = fork;
  const state = stateColumns(head, true);
  return { fork, state, alone: true, ...sharedOf(operation, head.uid, [event], state) };
}
