import type { Erasure } from "../../../gen/parley/v1/erasure_service_pb.js";
import type { SessionType } from "../../../gen/parley/v1/session_pb.js";
import type { AccountOwner } from "../accounts/port.ts";
import type { Operation, SessionAddress } from "../port.ts";

export interface Erasing extends Purges, Erasures {}

/**
 * Sessions that are to leave nothing behind. A purge begins by taking the head away, in one
 * transaction: nobody finds the session any more, and its id is free. What hangs on it is removed
 * afterwards, in pieces, by whoever takes the purge up; it can be broken off at any point.
 */
export interface Purges {
  /**
   * Begins to purge the caller's sessions of this `session_id` that were deleted at `until` or
   * before; gives their uids.
   */
  purgeDeleted(address: SessionAddress, until: Date, now: Date): Promise<string[]>;
  /** The same for these sessions, if they are deleted, or whatever they are. */
  purgeSessions(wanted: PurgeWish, now: Date): Promise<number>;
  /** The same for sessions deleted at `until` or before, at most `limit`; says how many. */
  purgeForgotten(until: Date, now: Date, limit: number): Promise<number>;
  /** The same for sessions archived at `until` or before, of one tenant and type. */
  purgeArchived(due: ArchivedUntil, now: Date, limit: number): Promise<number>;
  /** Tenants and types of which sessions are archived, in an order of their own. */
  archivePlaces(after: ArchivePlace | undefined, limit: number): Promise<ArchivePlace[]>;

  /** Purges that are due, those waiting longest first; nobody else is given them for 10 s. */
  takePurges(now: Date, limit: number): Promise<Purge[]>;
  /** Removes all that hangs on a session that is being purged. */
  removePurged(uid: string): Promise<void>;
  /** Everything was removed, and is to be once more, at `at`. */
  sweepAgain(uid: string, at: Date): Promise<void>;
  /** Nothing is left of the session; now nothing is left of its purge either. */
  endPurge(uid: string): Promise<void>;
}

export interface PurgeWish {
  readonly uids: readonly string[];
  /** Also those that are not deleted. */
  readonly whatever: boolean;
  readonly erasureId?: string;
}

export interface ArchivePlace {
  readonly tenantId: string;
  /** A conversation is of the type 0. */
  readonly sessionType: SessionType;
}

export interface ArchivedUntil extends ArchivePlace {
  readonly until: Date;
}

export interface Purge {
  readonly uid: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly begunAt: Date;
  /** True if everything was removed once. */
  readonly swept: boolean;
}

/** Users that are to leave nothing behind. Each step can be made again. */
export interface Erasures {
  /** Remembers that a user is to be erased, once for each operation and while one is under way. */
  requestErasure(wanted: NewErasure): Promise<ErasureOutcome>;
  readErasure(address: ErasureAddress): Promise<Erasure | undefined>;
  /** Erasures that are due; nobody else is given them for 10 s. */
  takeErasures(now: Date, limit: number): Promise<UnderErasure[]>;
  /** Asks to be given an erasure again at `at`. */
  continueErasure(erasureId: string, at: Date): Promise<void>;
  /** Sessions that a user owns, in whatever state, at most `limit`. */
  sessionsOf(owner: AccountOwner, limit: number): Promise<OwnedSession[]>;
  /** Removes the user's API keys and whatever else lets one act for the user. */
  eraseCredentials(erasure: UnderErasure): Promise<void>;
  /** Sessions of a tenant, in whatever state, in whose logs others than their owners may be named. */
  visitedSessions(
    tenantId: string,
    after: string | undefined,
    limit: number,
  ): Promise<OthersSession[]>;
  /**
   * Of a session whose log was rewritten: forgets the states that it had, where they are remembered
   * to answer sooner, and has it indexed anew.
   */
  forgetPast(uid: string, now: Date): Promise<void>;
  /** Puts the pseudonym in the user's place in the ledger and on the account. */
  eraseAccount(erasure: UnderErasure): Promise<void>;
  /** Forgets who it was, if no session is left to be purged; says whether. */
  completeErasure(erasureId: string, now: Date): Promise<boolean>;
}

export interface NewErasure extends AccountOwner {
  readonly erasureId: string;
  readonly pseudonym: string;
  readonly requestedAt: Date;
  readonly operation: Operation;
}

export interface ErasureOutcome {
  readonly erasure: Erasure;
  /** True if the operation made one before that was for another request. */
  readonly conflicts: boolean;
}

export interface ErasureAddress {
  readonly tenantId: string;
  readonly erasureId: string;
}

export interface UnderErasure extends AccountOwner {
  readonly erasureId: string;
  readonly pseudonym: string;
}

/** A session in which somebody else may have been. */
export interface OthersSession extends AccountOwner {
  readonly uid: string;
  readonly sessionId: string;
}

export interface OwnedSession {
  readonly uid: string;
  readonly sessionId: string;
  readonly deleted: boolean;
}
