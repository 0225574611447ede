import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { Role } from "../../../gen/parley/v1/message_pb.js";
import type { EventRecord } from "../../domain/event.ts";

/** Titles and messages, by their words. Follows the log a moment later. */
export interface Search {
  /** What the caller's sessions hold of these words, newest first. */
  findEntries(query: SearchQuery): Promise<SearchPage>;
  /** Takes up sessions whose entries lag behind; nobody else does for half a minute. */
  takeUnindexed(now: Date, limit: number): Promise<Unindexed[]>;
  /**
   * Changes the entries of a session as its events after `from` up to `to` ask
   * for, if they stand at `from`; and lets go of the session if its log ends there.
   */
  indexEvents(change: IndexChange): Promise<void>;
}

export interface SearchQuery {
  readonly tenantId: string;
  readonly userId: string;
  /** As people write it: words, "phrases", or, -without. */
  readonly text: string;
  /** Only this session. */
  readonly uid?: string;
  readonly agentId?: string;
  readonly role?: Role;
  readonly writtenFrom?: Date;
  /** Exclusive. */
  readonly writtenBefore?: Date;
  readonly includeArchived: boolean;
  readonly now: Date;
  readonly limit: number;
  /** Only what comes after this entry, in the order of the answer. */
  readonly after?: SearchPlace;
}

/** Where an entry stands among all. */
export interface SearchPlace {
  readonly writtenAt: Date;
  readonly uid: string;
  readonly seq: number;
}

export interface SearchPage {
  readonly entries: readonly FoundEntry[];
  readonly hasMore: boolean;
}

export interface FoundEntry extends SearchPlace {
  readonly head: Head;
  /** The message's event; undefined for a title, and where the log is packed. */
  readonly event: EventRecord | undefined;
}

export interface Unindexed {
  readonly uid: string;
  /** How far its entries follow the log. */
  readonly indexedSeq: number;
  /** How far they are to. */
  readonly version: number;
  readonly owner: { readonly tenantId: string; readonly userId: string };
  readonly title: string | undefined;
}

export interface IndexChange {
  readonly uid: string;
  readonly owner: { readonly tenantId: string; readonly userId: string };
  /** From when on somebody may take it up again, if its log has grown. */
  readonly now: Date;
  readonly from: number;
  readonly to: number;
  readonly add: readonly SearchEntry[];
  /** Entries that go, by their seqs. */
  readonly remove: readonly number[];
  /** Entries of messages up to this seq go. */
  readonly removeUpTo: number;
}

/** A text that is to be found. */
export interface SearchEntry {
  /** 0: the title. */
  readonly seq: number;
  readonly writtenAt: Date;
  readonly role: Role;
  readonly text: string;
}
