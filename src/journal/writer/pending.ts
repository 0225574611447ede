import type { ParleyError } from "../../domain/errors.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { TaskRecord } from "../../domain/task-record.ts";
import { DIGEST_BYTES, operationDigest } from "../operation.ts";
import type { Change, ChangeOutcome, Creation, CreationOutcome, Operation } from "../port.ts";
import { type Tally, tallyOf } from "./placement.ts";
import { type StateColumns, stateColumns } from "./state-columns.ts";

/** A write that was accepted and waits for its batch, or for the batch to return. */
export interface Pending<Outcome> {
  readonly tenantId: string;
  /** The session in whose order it keeps its place. */
  readonly uid: string;
  readonly digest: Buffer;
  readonly requestHash: Uint8Array;
  readonly events: readonly NewEvent[];
  readonly tally: Tally;
  /** Bytes of its events, its state and its tasks. */
  readonly bytes: number;
  /** True if nothing else of its session may be in its batch. */
  readonly alone: boolean;
  resolve(outcome: Outcome): void;
  reject(error: ParleyError): void;
}

export interface PendingChange extends Pending<ChangeOutcome> {
  readonly change: Change;
  readonly state: StateColumns | undefined;
}

export interface PendingCreation extends Pending<CreationOutcome> {
  readonly creation: Creation;
  readonly state: StateColumns;
}

type Settled = "resolve" | "reject";

export function pendingChange(change: Change): Omit<PendingChange, Settled> {
  const { operation, uid, events } = change;
  if (change.state === undefined && (change.tasks || change.account || change.shares)) {
    throw new RangeError("what changes tasks, accounts or shares changes the state");
  }
  if (events.length === 0 && change.state) throw new RangeError("a new state has its event");
  const state = change.state && stateColumns(change.state, change.movesGate ?? false);
  return {
    change,
    state,
    alone: state !== undefined || events.length === 0 || change.atTurn !== undefined,
    ...sharedOf(operation, uid, events, state, change.tasks),
    ...(change.rewrites && rewriting(change, events, state)),
  };
}

export function pendingCreation(creation: Creation): Omit<PendingCreation, Settled> {
  const { operation, head, events, tasks } = creation;
  const state = stateColumns(head, true);
  return { creation, state, alone: true, ...sharedOf(operation, head.uid, events, state, tasks) };
}

/** What is counted of a change that rewrites events. */
function rewriting(
  { rewrites = [] }: Change,
  events: readonly NewEvent[],
  state: StateColumns | undefined,
): Pick<PendingChange, "tally" | "bytes"> {
  if (state === undefined) throw new RangeError("what rewrites events changes the state");
  const tally = tallyOf(events);
  const grown = rewrites.reduce((sum, { growth }) => sum + growth, tally.bytes);
  const carried = rewrites.reduce((sum, { bytes }) => sum + bytes.length, tally.bytes);
  return { tally: { ...tally, bytes: grown }, bytes: carried + state.bytes.length };
}

/** What every write has, of its operation, its session, its events and its state. */
export function sharedOf(
  operation: Operation,
  uid: string,
  events: readonly NewEvent[],
  state: StateColumns | undefined,
  tasks: readonly TaskRecord[] = [],
) {
  const { tenantId, requestHash } = operation;
  if (requestHash.length !== DIGEST_BYTES) throw new RangeError("a request hash has 32 bytes");
  const tally = tallyOf(events);
  const own = [...tasks, ...(state ? [state] : [])];
  const bytes = own.reduce((sum, { bytes }) => sum + bytes.length, tally.bytes);
  return { tenantId, uid, digest: operationDigest(operation), requestHash, events, tally, bytes };
}
