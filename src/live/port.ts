import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../domain/event.ts";

/**
 * Where sessions are at hand. Nothing here is the only copy of anything: every
 * method may fail or forget, and what it gives is checked by its freshness.
 *
 * A method that cannot reach the view rejects with `LiveViewAway` within its
 * time limit.
 */
export interface LiveView {
  /** What it is, for the log line at start and `/readyz`. */
  readonly kind: "memory" | "redis";

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
   * were not asked for or the view does not have them all.
   */
  readonly events: readonly EventRecord[] | undefined;
}

/** A head as the journal had it, with what is known of its freshness. */
export interface Copy {
  readonly head: Head;
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

export interface WakeListener {
  /** The session's version is at least this. */
  woken(uid: string, version: number): void;
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
