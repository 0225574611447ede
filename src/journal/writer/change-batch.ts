import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { violatedIndex } from "../failure.ts";
import { type Counters, counted, headOf } from "../head.ts";
import type { Lane } from "../lane.ts";
import {
  CHANGE_SESSIONS,
  CHANGE_SESSIONS_WAITING,
  type ChangeRow,
  changeValues,
} from "./change-statement.ts";
import { type BatchKind, refusal } from "./commit.ts";
import type { PendingChange } from "./pending.ts";
import { placed } from "./placement.ts";

export interface ChangeBatchOptions {
  readonly clock: () => Date;
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
  /** The current heads of the writes that were not made. */
  readonly #current = new WeakMap<PendingChange, Head>();

  constructor(options: ChangeBatchOptions) {
    this.#options = options;
  }

  async send(lane: Lane, batch: readonly PendingChange[]): Promise<PendingChange[]> {
    const { clock, onLocked } = this.#options;
    const now = clock();
    const statement = onLocked ? CHANGE_SESSIONS : CHANGE_SESSIONS_WAITING;
    const rows = await lane.run<ChangeRow>(statement, changeValues(batch, now));
    const found = new Map(rows.map((row) => [row.n, row]));
    const missing = batch.filter((_, index) => !found.has(index + 1));
    const unmade = this.#settle(batch, found, now);
    if (onLocked === undefined) return [...unmade, ...missing];
    if (missing.length > 0) onLocked(missing);
    return unmade;
  }

  async explain(_lane: Lane, writes: readonly PendingChange[]): Promise<PendingChange[]> {
    for (const write of writes) {
      write.resolve({ kind: "moved", head: this.#current.get(write) });
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
    const heads = new Map<string, Head>();
    const unmade: PendingChange[] = [];
    for (const [index, write] of batch.entries()) {
      const row = found.get(index + 1);
      if (row === undefined) continue;
      const before = heads.get(write.uid) ?? headBefore(row);
      const after = countersAfter(row, write, now);
      if (after === undefined) unmade.push(write);
      const head = after ? counted(write.change.state ?? before!, after) : before!;
      heads.set(write.uid, head);
      if (after) write.resolve({ kind: "committed", head, events: placed(write.events, after) });
    }
    for (const write of unmade) this.#current.set(write, heads.get(write.uid)!);
    return unmade;
  }
}

/** Undefined for a change of state that was made: it brings its head along. */
function headBefore(row: ChangeRow): Head | undefined {
  if (row.before_state === null) return undefined;
  return headOf({
    state: row.before_state,
    version: row.before_version,
    stateVersion: row.before_state_version,
    messageCount: row.before_message_count,
    turnCount: row.before_turn_count,
    logBytes: BigInt(row.before_log_bytes),
    updatedAt: row.before_updated_at,
  });
}

function countersAfter(row: ChangeRow, write: PendingChange, now: Date): Counters | undefined {
  if (row.last_seq === null) return undefined;
  return {
    version: row.last_seq,
    stateVersion: write.state ? row.last_seq : row.before_state_version,
    messageCount: row.message_count!,
    turnCount: row.turn_count!,
    logBytes: BigInt(row.log_bytes!),
    updatedAt: now,
  };
}
