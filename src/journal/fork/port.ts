import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { NewEvent } from "../../domain/event.ts";
import type { CreationOutcome, Operation } from "../port.ts";

/** A session that begins as a copy of another. */
export interface Fork {
  readonly operation: Operation;
  /** The session that is copied, and the place in its log of the last event of the copy. */
  readonly from: { readonly uid: string; readonly seq: number };
  /** The head as it is to be, its counters and times of change ignored. */
  readonly head: Head;
  /** What comes after the copied events. */
  readonly event: NewEvent;
  /** As of a creation. */
  readonly maxSessions?: number;
}

/** `gone`: the log that was to be copied is not there up to that place. */
export type ForkOutcome =
  | Exclude<CreationOutcome, { readonly kind: "refused" }>
  | { readonly kind: "refused"; readonly for: "sessions" }
  | { readonly kind: "gone" };
