import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Role } from "../../gen/parley/v1/message_pb.js";
import type { EventRecord } from "../domain/event.ts";
import type { Rates } from "./rates/port.ts";

export type { Rates } from "./rates/port.ts";

/**
 * Where sessions are at hand. Nothing here is the only copy of anything: every
 * method may fail or forget, and what it gives is checked by its freshness.
 *
 * A method that cannot reach the view rejects with `LiveViewAway` within its
 * time limit.
 */
export interface LiveView extends Rates {
  /** A moment on the view's clock that is already past; undefined if none is known. */
  lastMoment(): Moment | undefined;

  /** What the view has of a session now. One round trip. */
  read(key: LiveKey, want: Want): Promise<Glance>;

  /**
   * Offers a copy. A newer version wins; of the same version the one with the
   * later freshness replaces the whole; an older one never replaces. The copy
   * of another uid replaces, but is fresh only if it was asked for after the
   * held one was installed: a session made anew under an id is read from the
   * journal once. Watchers are woken if the version or the uid is new to the view.
   */
  install(copy: Copy): Promise<void>;

  /**
   * Calls back with "at least this version" whenever some process installs a
   * version of the session. Resolves when no later installation can be missed
   * (unless the view fails: wake-ups may be lost, and `lost` is then called
   * where that is noticed).
   */
  subscribe(key: LiveKey, listener: WakeListener): Promise<Subscription>;

  /**
   * Adds a fragment to the open message of a session, the one that is being
   * written, and tells all who subscribed; later ones are told later. A session
   * has one open message, and nothing of it 10 minutes after its last fragment.
   * One round trip, unless the fragment begins inside what is there already.
   * @throws {RangeError} if the message id cannot be one.
   */
  publish(key: LiveKey, admission: Admission, fragment: Fragment): Promise<Publication>;

  /** The open message with its text so far; undefined if there is none, or none is known. */
  readOpenMessage(key: LiveKey, uid: string): Promise<PublishedFragment | undefined>;

  /**
   * Says that messages are in the log. What is kept of their text is dropped,
   * and for 10 minutes so is what is still published of them.
   */
  closeMessages(key: LiveKey, uid: string, messageIds: readonly string[]): Promise<void>;

  /**
   * Removes all it has of a session; another one under the key stays. What was offered before may
   * still come later, so a session that is to leave nothing is forgotten once more after a while.
   */
  forget(key: LiveKey, uid: string): Promise<void>;

  /** After so long, in milliseconds, what nothing was said of is gone by itself. */
  readonly lifeMs: number;

  /** Resolves if the view answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A moment on the view's own clock, comparable with no other. The journal is
 * asked after it was taken, so whatever the journal then says was true at it
 * or later; that is what a copy's freshness is counted from.
 */
export type Moment = number & { readonly __moment: true };

/**
 * Names a session in the view: by its owner and its public id, one holder at a
 * time. Who asks for another's session misses, as for one that never was, in
 * the same time.
 */
export interface LiveKey {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
}

export interface Want {
  /** Events after this seq are wanted too; undefined: the head is enough. */
  readonly eventsAfter?: number;
  /** Instead: so many of the last events are wanted too, or as many of them as are at hand. */
  readonly lastEvents?: number;
}

export interface Glance {
  /** The view's clock as it answered. */
  readonly moment: Moment;
  /** Not to be changed: others may be given the same object. */
  readonly head: Head | undefined;
  /** True if the head was the journal's at most the staleness bound ago. */
  readonly fresh: boolean;
  /**
   * All events after `eventsAfter` up to the head's version; undefined if they
   * were not asked for or the view does not have them all. Of `lastEvents` those
   * it has; undefined if it has none.
   */
  readonly events: readonly EventRecord[] | undefined;
}

/** A head as the journal had it, with what is known of its freshness. */
export interface Copy {
  readonly head: Head;
  /**
   * Under which key it is installed. Default: its owner's. Under that of its former owner it
   * tells those who still look there that it is another's.
   */
  readonly under?: LiveKey;
  /**
   * A moment taken before the journal was asked (or the write committed).
   * Undefined: the copy is installed, but is not fresh.
   */
  readonly asOf: Moment | undefined;
  /**
   * Contiguous events that end at the head's version, oldest first; may be
   * empty. Read with the head or after it, never before: they are kept under
   * its `rewrite_seq`, and what was redacted in between must not be among them.
   */
  readonly events: readonly EventRecord[];
}

/** A piece of the text of a message that is being written. */
export interface Fragment {
  /** The id its message will have in the log, 1 to 64 characters without blanks. */
  readonly messageId: string;
  readonly role: Role;
  /** Where in the message's text it begins, in UTF-16 code units; 0 begins it, or begins it anew. */
  readonly offset: number;
  /** Not empty. */
  readonly text: string;
}

/** A fragment as the view took it. What it has of an open message is one from offset 0. */
export interface PublishedFragment extends Fragment {
  /** Which beginning of which message it belongs to; later ones of a session have greater numbers. */
  readonly opening: number;
  /** A version the session had when the message was begun: it is in the log later, or not at all. */
  readonly since: number;
}

/** As of which head its publisher was let in. */
export interface Admission {
  readonly uid: string;
  readonly version: number;
}

export type Publication =
  /** The text so far ends at `end`, in UTF-16 code units, with the fragment in it. */
  | { readonly kind: "taken"; readonly end: number }
  /** The text so far ends before the fragment begins; at 0 if another message was begun since. */
  | { readonly kind: "gap"; readonly end: number }
  /** Nothing is known of what comes before the fragment. */
  | { readonly kind: "unknown" }
  /** The message is in the log; the fragment was dropped. */
  | { readonly kind: "closed" }
  /** The view has a newer head than that of the admission; the fragment was not looked at. */
  | { readonly kind: "moved" };

export interface WakeListener {
  /** The session's version is at least this. */
  woken(uid: string, version: number): void;
  /** A fragment was published, here or elsewhere. */
  told(uid: string, fragment: PublishedFragment): void;
  /** Wake-ups may have been lost, and no longer are: look for yourself. */
  lost(): void;
}

export interface Subscription {
  close(): Promise<void>;
}

/** The view cannot be reached. Never reaches a caller of the service. */
export class LiveViewAway extends Error {
  override readonly name = "LiveViewAway";
}
