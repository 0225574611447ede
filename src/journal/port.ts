import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Role } from "../../gen/parley/v1/message_pb.js";
import type { SessionStatus, SessionType } from "../../gen/parley/v1/session_pb.js";
import type { Rewrite } from "../domain/decision.ts";
import type { EventRecord, NewEvent } from "../domain/event.ts";
import type { AccountChange } from "../domain/settlement.ts";
import type { ShareChanges } from "../domain/share-record.ts";
import type { TaskRecord } from "../domain/task-record.ts";
import type { Accounts } from "./accounts/port.ts";
import type { Archive } from "./archive/port.ts";
import type { Comments } from "./comments/port.ts";
import type { Erasing } from "./erasure/port.ts";
import type { Fork, ForkOutcome } from "./fork/port.ts";
import type { Keys } from "./keys/port.ts";
import type { Search } from "./search/port.ts";
import type { Shares } from "./shares/port.ts";
import type { Tasks } from "./tasks/port.ts";
import type { Tickets } from "./tickets/port.ts";
import type { Turns } from "./turns/port.ts";

/**
 * Where sessions are kept: the log of record. A write is acknowledged when its
 * promise resolves, which is after the commit.
 *
 * Every method rejects with the `unavailable` error of the domain while the
 * store cannot be reached, within a bounded time, and never with a driver's
 * error; a write that was sent and whose end could not be found out rejects with
 * `outcome_unknown`. What was stored and cannot be decoded any more is the
 * `internal` error of whoever asked for it, and of nobody else.
 *
 * Numbers and times beyond what the store holds ask for the nearest it does.
 */
export interface Journal
  extends Turns,
    Archive,
    Search,
    Tasks,
    Accounts,
    Keys,
    Shares,
    Tickets,
    Comments {
  /** True if no other process can write to this journal while it is open. */
  readonly exclusive: boolean;
  /** What takes sessions and users away without a trace. */
  readonly erasing: Erasing;

  createSession(creation: Creation): Promise<CreationOutcome>;
  /**
   * Appends events, and changes the state if `change.state` is given, in one
   * step, if the session is still what `basedOn` names.
   */
  changeSession(change: Change): Promise<ChangeOutcome>;
  /**
   * Makes a session whose log is the first events of another, byte for byte, and one more event; the
   * states remembered of them are copied too. All in one step, which shows nothing that was not
   * committed when it began. Takes a time that grows with the copy, during which other writes go
   * on; forks wait for one another.
   */
  forkSession(fork: Fork): Promise<ForkOutcome>;
  /** What an operation of the last 24 hours did, if there was one. */
  findReceipt(operation: Operation): Promise<Receipt | undefined>;

  /**
   * The caller's session that an address names: the living one of that
   * `session_id`, else the living one of that `external_id`, else the last deleted
   * one of that `session_id`. Somebody else's is found if it lives and is shared under
   * one of the address's names, and is the last choice; else it costs what an unknown
   * id costs.
   */
  readHead(address: SessionAddress): Promise<Head | undefined>;
  /** The caller's last deleted session of this `session_id`. */
  readDeletedHead(address: SessionAddress): Promise<Head | undefined>;
  /** Events in order, at most `limit` and about `maxBytes`, at least one where there is one. */
  readEvents(range: EventRange): Promise<EventRecord[]>;
  /**
   * The state right after an event: a remembered one, with the events that have come since. The
   * first event makes the state where none is remembered.
   */
  readPastState(uid: string, seq: number): Promise<PastState>;
  /** Messages in the order asked for, at most `limit` and about 4 MiB, at least one. */
  readMessages(query: MessageQuery): Promise<EventRecord[]>;
  /** How many messages match, whatever `limit`, `offset` and `order` say. */
  countMessages(query: MessageQuery): Promise<number>;
  listSessions(query: SessionQuery): Promise<SessionPage>;
  latestSession(filter: LatestFilter): Promise<Head | undefined>;
  /** The version of each session that exists, deleted ones included. */
  readVersions(uids: readonly string[]): Promise<Map<string, number>>;

  /** Forgets operations older than 24 hours, at most `limit`; says how many. */
  expireOperations(now: Date, limit: number): Promise<number>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  /** Finishes the writes that were accepted, then lets go of the store. */
  close(): Promise<void>;
}

export type {
  AccountBalance,
  AccountOwner,
  Accounts,
  Deposit,
  DepositOutcome,
  LedgerPage,
  LedgerQuery,
} from "./accounts/port.ts";
export type { Archive, ArchivePage, ArchiveQuery } from "./archive/port.ts";
export type { Comments } from "./comments/port.ts";
export type * from "./erasure/port.ts";
export type { Fork, ForkOutcome } from "./fork/port.ts";
export type * from "./keys/port.ts";
export type {
  FoundEntry,
  IndexChange,
  Search,
  SearchEntry,
  SearchPage,
  SearchPlace,
  SearchQuery,
  Unindexed,
} from "./search/port.ts";
export type * from "./shares/port.ts";
export type {
  DueTask,
  FoundTask,
  LeaseRenewal,
  LeaseStanding,
  OfferQuery,
  TaskPage,
  TaskPlace,
  TaskQuery,
  Tasks,
  TypicalTask,
} from "./tasks/port.ts";
export type { Tickets } from "./tickets/port.ts";
export type * from "./turns/port.ts";

/** Names a session the way callers do. */
export interface SessionAddress {
  readonly tenantId: string;
  /** The caller, whose `external_id` it may be. */
  readonly userId: string;
  readonly id: string;
  /** Names under which a living session of somebody else may be shared with the caller. */
  readonly grantees?: readonly string[];
}

/** What makes a retry safe: one caller's one call, and a digest of what it asked. */
export interface Operation {
  readonly tenantId: string;
  readonly userId: string;
  /** Fully qualified RPC name. */
  readonly method: string;
  /** `request_id`, or one generated for this call. */
  readonly key: string;
  /** SHA-256 of the request without its `request_id`. */
  readonly requestHash: Uint8Array;
}

export interface Creation {
  readonly operation: Operation;
  /** The head as it is to be; its versions are the number of events. */
  readonly head: Head;
  /** At least one. */
  readonly events: readonly NewEvent[];
  /** Tasks it begins with. */
  readonly tasks?: readonly TaskRecord[];
  /** What it takes of its owner's account; without that it is not made. */
  readonly claim?: AccountClaim;
  /** How many living sessions its owner may have, with this one; absent: any number. */
  readonly maxSessions?: number;
}

/** What an open run takes of its owner's account. */
export interface AccountClaim {
  /** Money to be held; undefined where accounts are off. */
  readonly holdMicros: bigint | undefined;
  /** Most runs that may be open, with this one; undefined: any number. */
  readonly maxOpenRuns: number | undefined;
}

export type CreationOutcome =
  | { readonly kind: "committed"; readonly head: Head; readonly events: readonly EventRecord[] }
  | { readonly kind: "repeated"; readonly receipt: Receipt }
  /**
   * The `session_id` belongs to a living session, or to somebody else's deleted
   * one; or the `external_id` to another living session of the owner.
   */
  | {
      readonly kind: "taken";
      readonly by: "session_id" | "external_id";
      /** Of somebody else's session, nothing but that it is. */
      readonly holder: Head | "foreign";
    }
  /** The account cannot carry it, or too many runs are open or sessions living. */
  | { readonly kind: "refused"; readonly for: "balance" | "runs" | "sessions" };

export interface Change {
  readonly operation: Operation;
  readonly uid: string;
  /**
   * The version it was decided on: of the state where it changes that or writes nothing, else
   * of the gate, so that an append loses to nothing but what may forbid it.
   */
  readonly basedOn: { readonly state: number } | { readonly gate: number };
  /** Given: the change is made only if the log has this many turns just before it. */
  readonly atTurn?: number;
  /** Given: these events hold something else from then on; only with a new state. */
  readonly rewrites?: readonly Rewrite[];
  /**
   * At least one; or none if nothing is to change and the operation is to be
   * known all the same, which is then recorded if the state is the one named.
   */
  readonly events: readonly NewEvent[];
  /**
   * The head as it is to be, its counters and times ignored. Given if and only
   * if the state changes; `state_version` then becomes the last new seq.
   */
  readonly state?: Head;
  /**
   * True if the new state changes whether or by whom the session may be written
   * to; `gate_version` then becomes the last new seq as well. Default false.
   */
  readonly movesGate?: boolean;
  /** Tasks that are others from then on; only with a new state. */
  readonly tasks?: readonly TaskRecord[];
  /** What it does to the account of the session's owner; only with a new state. */
  readonly account?: AccountChange;
  /** What it does to the index of shares; only with a new state. */
  readonly shares?: ShareChanges;
}

export type ChangeOutcome =
  | {
      readonly kind: "committed";
      /** The head right after this change, whatever else was committed with it. */
      readonly head: Head;
      /** The new events in their places. */
      readonly events: readonly EventRecord[];
    }
  | { readonly kind: "repeated"; readonly receipt: Receipt }
  /** Decided on a state or a gate that is not the current one; here is the current head. */
  | { readonly kind: "moved"; readonly head: Head | undefined }
  /** A restore or an update met a unique id that another living session has. */
  | { readonly kind: "taken"; readonly by: "session_id" | "external_id" };

/** What an operation did. */
export interface Receipt {
  readonly uid: string;
  readonly requestHash: Uint8Array;
  readonly firstSeq: number;
  /** One less than `firstSeq` if it wrote nothing. */
  readonly lastSeq: number;
  /** The head right after it; undefined for operations that appended and did no more. */
  readonly head: Head | undefined;
}

export interface EventRange {
  readonly uid: string;
  /** Events after this seq. */
  readonly afterSeq: number;
  /** Events up to and including this seq. */
  readonly upToSeq: number;
  readonly limit: number;
  /** Where the answer ends: with the event that reaches it. Default 4 MiB. */
  readonly maxBytes?: number;
}

/** What the state at a place of the log follows from. */
export interface PastState {
  /** The state at `seq`, its counters empty; undefined if none is remembered before it. */
  readonly base:
    | { readonly head: Head; readonly seq: number; readonly stateVersion: number }
    | undefined;
  /** The events after the base up to the place asked for, without messages. */
  readonly events: readonly EventRecord[];
}

export interface MessageQuery {
  readonly uid: string;
  readonly order: "asc" | "desc";
  /** Messages after this seq. */
  readonly afterSeq: number;
  /** Messages up to and including this seq. */
  readonly upToSeq: number;
  readonly role?: Role;
  readonly limit: number;
  readonly offset: number;
}

export interface SessionQuery {
  readonly tenantId: string;
  readonly userId: string;
  readonly status?: SessionStatus;
  readonly sessionType?: SessionType;
  readonly agentId?: string;
  readonly titleContains?: string;
  readonly createdFrom?: Date;
  /** Exclusive. */
  readonly createdBefore?: Date;
  /** Sessions that expire at or before this are left out. */
  readonly now: Date;
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
  /** Only what comes after this session in the given order. */
  readonly after?: { readonly createdAt: Date; readonly uid: string };
}

export interface SessionPage {
  readonly heads: readonly Head[];
  readonly hasMore: boolean;
  /** Figures over all that match, whatever the page. */
  readonly total: number;
  readonly byStatus: ReadonlyMap<SessionStatus, number>;
  /** Conversations among them, as `UNSPECIFIED`. */
  readonly byType: ReadonlyMap<SessionType, number>;
  readonly messageCount: number;
  readonly tokensUsed: bigint;
  readonly costMicros: bigint;
}

export interface LatestFilter {
  readonly tenantId: string;
  readonly userId: string;
  readonly agentId?: string;
  readonly now: Date;
}
