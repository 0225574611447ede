import { create } from "@bufbuild/protobuf";
import { WatchSessionResponseSchema } from "../../gen/parley/v1/watch_pb.js";
import type { PublishedFragment } from "../live/port.ts";
import type { CommittedMessages } from "./watch-committed.ts";
import type { Update, WatchedEvent } from "./watch-update.ts";

/** Silence after which the open message is no longer told to those who come late, in ms. */
const SILENCE_MS = 600_000;

/**
 * How many events before its beginning are looked through for a message's id: a
 * fragment that came late may seem to begin a message that had just been committed.
 */
const LOOK_BACK_EVENTS = 32;

/** How far a watcher has been told of open messages. */
export interface PartialPlace {
  readonly opening: number;
  readonly offset: number;
}

export const NOWHERE: PartialPlace = { opening: 0, offset: 0 };

export interface PartialParts {
  /** The messages the hub has seen. */
  readonly committed: CommittedMessages;
  /** The text so far, as the view has it. */
  readOpenMessage(): Promise<PublishedFragment | undefined>;
  /** The events of a range; undefined if it is too long to be read at once. */
  eventsBetween(afterSeq: number, upToSeq: number): Promise<readonly WatchedEvent[] | undefined>;
  /** Called when there is something new to tell. */
  tell(): void;
  /** A clock that never goes back, ms. */
  now(): number;
}

interface Open {
  readonly messageId: string;
  readonly role: number;
  readonly opening: number;
  readonly since: number;
  text: string;
  /** Where the last fragment began, so that who follows closely needs no piece of the whole. */
  last: { readonly offset: number; readonly text: string };
  /** False until it is known that the message is not in the log. */
  shown: boolean;
  at: number;
}

/**
 * The open message of a watched session: one text, whoever watches. Watchers ask
 * for what follows the place they are at, so none is buffered for, and one that
 * comes late, or whose fragments were lost on the way, gets what it lacks.
 *
 * Nothing is told of a message that the log has. The hub sees every event since
 * it was opened; of a message that was begun before, the log is asked.
 */
export class WatchedPartials {
  readonly #parts: PartialParts;
  #wanted = 0;
  #open: Open | undefined;
  /** Nothing is taken of this opening and earlier ones. */
  #over = 0;
  #reading = false;
  #readAgain = false;
  #last: { readonly key: string; readonly update: Update } | undefined;

  constructor(parts: PartialParts) {
    this.#parts = parts;
  }

  get wanted(): boolean {
    return this.#wanted > 0;
  }

  /** Somebody wants them. */
  join(): void {
    this.#wanted++;
  }

  leave(): void {
    this.#wanted--;
    if (this.#wanted === 0) this.#open = undefined;
  }

  take(fragment: PublishedFragment): void {
    const { opening, messageId, offset } = fragment;
    if (!this.wanted || opening <= this.#over) return;
    const open = this.#open;
    if (this.#parts.committed.has(messageId)) this.#end(opening);
    else if (opening < (open?.opening ?? 0)) return;
    else if (opening === open?.opening && offset <= open.text.length) this.#add(open, fragment);
    else if (opening !== open?.opening && offset === 0) this.#begin(fragment);
    else void this.refresh();
  }

  #add(open: Open, { offset, text }: PublishedFragment): void {
    const end = open.text.length;
    if (offset + text.length <= end) return;
    open.last = { offset: end, text: text.slice(end - offset) };
    open.text += open.last.text;
    open.at = this.#parts.now();
    if (open.shown) this.#parts.tell();
  }

  /** A message is in the log: there is nothing more to tell of it. */
  commit(messageId: string | undefined): void {
    if (messageId !== undefined && messageId === this.#open?.messageId)
      this.#end(this.#open.opening);
  }

  /** Takes the text so far from the view: at the start, and where fragments may have been lost. */
  async refresh(): Promise<void> {
    this.#readAgain = this.#reading;
    if (this.#reading || !this.wanted) return;
    this.#reading = true;
    const open = await this.#parts.readOpenMessage().catch(() => undefined);
    this.#reading = false;
    if (open !== undefined) this.take(open);
    if (this.#readAgain) await this.refresh();
  }

  /**
   * What comes next for a watcher that has been told the events up to `seq`;
   * undefined if there is nothing. It gets nothing of a message before it has
   * got to where that was begun.
   */
  after(place: PartialPlace, seq: number): { place: PartialPlace; update: Update } | undefined {
    const open = this.#open;
    if (!open?.shown || seq < open.since || this.#isSilent(open)) return undefined;
    const { opening, text } = open;
    const offset = place.opening === opening ? place.offset : 0;
    if (offset === text.length) return undefined;
    return { place: { opening, offset: text.length }, update: this.#update(open, offset, seq) };
  }

  /** One message for all who are at the same place. */
  #update({ opening, messageId, role, text, last }: Open, offset: number, seq: number): Update {
    const key = `${opening} ${offset} ${text.length} ${seq}`;
    if (this.#last?.key === key) return this.#last.update;
    const piece = offset === last.offset ? last.text : text.slice(offset);
    const value = { messageId, offset, text: piece, role };
    const update = create(WatchSessionResponseSchema, { seq, update: { case: "partial", value } });
    this.#last = { key, update };
    return update;
  }

  #begin({ messageId, role, opening, since, text }: PublishedFragment): void {
    const { committed, now, tell } = this.#parts;
    const lookAfter = Math.max(0, since - LOOK_BACK_EVENTS);
    const shown = committed.knownAfter <= lookAfter;
    const last = { offset: 0, text };
    const open = { messageId, role, opening, since, text, last, shown, at: now() };
    this.#open = open;
    if (shown) tell();
    else void this.#check(open, lookAfter);
  }

  async #check(open: Open, lookAfter: number): Promise<void> {
    const { committed } = this.#parts;
    const { knownAfter } = committed;
    const events = await this.#parts.eventsBetween(lookAfter, knownAfter).catch(() => undefined);
    // Else it forgot meanwhile what it knew: more messages came than it remembers.
    const whole = events !== undefined && committed.knownAfter === knownAfter;
    if (whole) committed.addEarlier(lookAfter, events);
    open.shown = whole && !committed.has(open.messageId);
    if (!open.shown) this.#end(open.opening);
    else if (this.#open === open) this.#parts.tell();
  }

  #isSilent({ at }: Open): boolean {
    return this.#parts.now() - at > SILENCE_MS;
  }

  #end(opening: number): void {
    this.#over = Math.max(this.#over, opening);
    if (this.#open !== undefined && this.#open.opening <= this.#over) this.#open = undefined;
  }
}
