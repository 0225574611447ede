import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { violatedIndex } from "../failure.ts";
import { type Counters, counted } from "../head.ts";
import type { Lane } from "../lane.ts";
import type { ChangeOutcome } from "../port.ts";
import { type ChangeRow, changeQuery } from "./change-statement.ts";
import { type BatchKind, refusal, settle } from "./commit.ts";
import type { DecodedStates } from "./decoded-states.ts";
import type { PendingChange } from "./pending.ts";
import { placed } from "./placement.ts";

export interface ChangeBatchOptions {
  readonly clock: () => Date;
  readonly states: DecodedStates;
  /**
   * Takes the writes whose heads are locked elsewhere. Without it the statement
   * waits for the locks, and what it does not find does not exist.
   */
  readonly onLocked?: (writes: readonly PendingChange[]) => void;
}

/** Which id of another session a unique index has met. */
const TAKEN: Record<string, "session_id" | "external_id" | undefined> = {
  sessions_living_session_id: "session_id",
  sessions_living_external_id: "external_id",
};

/** Changes of one batch: appends, and at most one change of state per session. */
export class ChangeBatch implements BatchKind<PendingChange> {
  readonly #options: ChangeBatchOptions;
  /** How the sessions of the writes that were not made stand. */
  readonly #current = new WeakMap<PendingChange, Standing>();

  constructor(options: ChangeBatchOptions) {
    this.#options = options;
  }

  async send(lane: Lane, batch: readonly PendingChange[]): Promise<PendingChange[]> {
    const { clock, onLocked } = this.#options;
    const now = clock();
    const { statement, values } = changeQuery(batch, now, { waiting: onLocked === undefined });
    const rows = await lane.run<ChangeRow>(statement, values);
    const found = new Map(rows.map((row) => [row.n, row]));
    const missing = batch.filter((_, index) => !found.has(index + 1));
    const unmade = this.#settle(batch, found, now);
    if (onLocked === undefined) return [...unmade, ...missing];
    if (missing.length > 0) onLocked(missing);
    return unmade;
  }

  async explain(_lane: Lane, writes: readonly PendingChange[]): Promise<PendingChange[]> {
    for (const write of writes) {
      const standing = this.#current.get(write);
      settle<ChangeOutcome>(write, () => ({ kind: "moved", head: standing && headIn(standing) }));
    }
    return [];
  }

  refuse(write: PendingChange, error: unknown): void {
    const by = TAKEN[violatedIndex(error) ?? ""];
    if (by === undefined) write.reject(refusal(error));
    else write.resolve({ kind: "taken", by });
  }

  #settle(
    batch: readonly PendingChange[],
    found: ReadonlyMap<number, ChangeRow>,
    now: Date,
  ): PendingChange[] {
    /** How each session stands, write by write. */
    const standings = new Map<string, Standing>();
    const unmade: PendingChange[] = [];
    for (const [index, write] of batch.entries()) {
      const row = found.get(index + 1);
      if (row === undefined) continue;
      const after = countersAfter(row, write, now);
      const before = standings.get(write.uid) ?? this.#standingBefore(write.uid, row);
      const standing = standingAfter(before, write, after);
      standings.set(write.uid, standing);
      if (after === undefined) {
        unmade.push(write);
        continue;
      }
      const events = placed(write.events, after);
      settle<ChangeOutcome>(write, () => ({ kind: "committed", head: headIn(standing), events }));
    }
    for (const write of unmade) this.#current.set(write, standings.get(write.uid)!);
    return unmade;
  }

  /** Undefined where the row has no state, because the write brings one. */
  #standingBefore(uid: string, row: ChangeRow): Standing | undefined {
    if (row.before_state === null) return undefined;
    try {
      const head = this.#options.states.decode(uid, row.before_state);
      return { head: counted(head, countersBefore(row)) };
    } catch (error) {
      return { error };
    }
  }
}

/**
 * The head of a session, or why it cannot be decoded. Its log grows all the
 * same, and a new state takes the place of the broken one.
 */
type Standing = { readonly head: Head } | { readonly error: unknown };

function headIn(standing: Standing): Head {
  if ("error" in standing) throw standing.error;
  return standing.head;
}

function standingAfter(
  before: Standing | undefined,
  write: PendingChange,
  after: Counters | undefined,
): Standing {
  const state = after && write.change.state;
  if (after && state) return { head: counted(state, after) };
  if (after === undefined || "error" in before!) return before!;
  return { head: counted(before!.head, after) };
}

function countersBefore(row: ChangeRow): Counters {
  return {
    version: row.before_version,
    stateVersion: row.before_state_version,
    gateVersion: row.before_gate_version,
    messageCount: row.before_message_count,
    turnCount: row.before_turn_count,
    logBytes: BigInt(row.before_log_bytes),
    updatedAt: row.before_updated_at,
  };
}

function countersAfter(row: ChangeRow, write: PendingChange, now: Date): Counters | undefined {
  if (row.last_seq === null) return undefined;
  return {
    version: row.last_seq,
    stateVersion: write.state ? row.last_seq : row.before_state_version,
    gateVersion: write.state?.movesGate ? row.last_seq : row.before_gate_version,
    messageCount: row.message_count!,
    turnCount: row.turn_count!,
    logBytes: BigInt(row.log_bytes!),
    updatedAt: write.events.length > 0 ? now : row.before_updated_at,
  };
}
