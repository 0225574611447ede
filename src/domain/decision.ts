import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type EventDraft, type NewEvent, newEvent, unplacedEvent } from "./event.ts";
import { foldEvents } from "./fold.ts";
import { type AccountChange, settlement } from "./settlement.ts";
import { changedShares, type ShareChanges } from "./share-record.ts";
import { changedTasks, type TaskRecord } from "./task-record.ts";

/** What a caller decided to write, on the head it was shown. */
export interface Decision {
  readonly events: readonly NewEvent[];
  /** The head as it is to be; undefined if the state stays as it is. */
  readonly state?: Head;
  /** True if that changes whether, by whom or how the session may be appended to. */
  readonly movesGate?: boolean;
  /** True if it holds only where no other turn has begun since either. */
  readonly sameTurn?: boolean;
  /** Events whose content is taken away or changed, in their places. */
  readonly rewrites?: readonly Rewrite[];
  /** Tasks that are others from then on. */
  readonly tasks?: readonly TaskRecord[];
  /** What it does to the account of the session's owner. */
  readonly account?: AccountChange;
  /** What it does to the index of shares. */
  readonly shares?: ShareChanges;
}

/** What an event of the log is to hold from now on. */
export interface Rewrite {
  readonly seq: number;
  /** The `Event`, encoded without `seq` and `turn_number`. */
  readonly bytes: Uint8Array;
  /** How many bytes more the log takes with it; negative for less. */
  readonly growth: number;
}

/**
 * Writes events that change the state: to what follows from them. If a turn is to begin with what
 * begins none by itself, they are held to the last turn, since the next append could begin it too.
 */
export function changeState(
  before: Head,
  drafts: readonly EventDraft[],
  options: Pick<Decision, "movesGate" | "sameTurn" | "rewrites"> = {},
): Decision & { readonly state: Head } {
  const events = drafts.map(unplacedEvent);
  const state = foldEvents(before, events);
  const tasks = changedTasks(before, state, events);
  const account = settlement(before, state);
  const shares = changedShares(before, state);
  const sameTurn = drafts.some(({ startsTurn }) => startsTurn === true);
  return {
    ...(sameTurn && { sameTurn }),
    ...options,
    events: drafts.map(newEvent),
    state,
    ...(tasks.length > 0 && { tasks }),
    ...(account && { account }),
    ...(shares && { shares }),
  };
}
