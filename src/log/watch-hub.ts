import type { EventRecord } from "../domain/event.ts";
import type {
  LiveKey,
  LiveView,
  PublishedFragment,
  Subscription,
  WakeListener,
} from "../live/port.ts";
import type { Alarm } from "./alarm.ts";
import type { Sighting } from "./read-session.ts";
import { Bell } from "./watch-bell.ts";
import { CommittedMessages } from "./watch-committed.ts";
import { type PartialPlace, WatchedPartials } from "./watch-partials.ts";
import { redacted, type Update, type WatchedEvent, watchedEvent } from "./watch-update.ts";

/** Most events and bytes a hub keeps at hand for watchers that follow closely. */
const RING_EVENTS = 256;
const RING_BYTES = 1_048_576;

/** What a hub asks of the stores. */
export interface HubSource {
  /** Events that are committed, after a seq; empty if there are none. */
  events(afterSeq: number): Promise<EventRecord[]>;
  openMessage(): Promise<PublishedFragment | undefined>;
  /** A clock that never goes back, ms. */
  now(): number;
}

/**
 * All watchers of one session on this replica. Wake-ups raise the version known
 * to be committed; one reader then fetches what is new, once for all watchers.
 * A watcher that falls behind the ring catches up from the log by itself, so no
 * watcher is ever buffered for.
 */
export class WatchHub implements WakeListener {
  readonly uid: string;
  readonly key: LiveKey;
  readonly #source: HubSource;
  readonly #bell = new Bell();
  readonly #committed: CommittedMessages;
  readonly #partials: WatchedPartials;
  #ring: WatchedEvent[] = [];
  #ringBytes = 0;
  #subscription: Subscription | undefined;
  #subscribing: Promise<void> | undefined;
  #known: number;
  #fetched: number;
  #fetching = false;
  #gone = false;
  #look: { version: number; readonly sighting: Promise<Sighting> } | undefined;

  constructor(uid: string, key: LiveKey, version: number, source: HubSource) {
    this.uid = uid;
    this.key = key;
    this.#source = source;
    this.#known = version;
    this.#fetched = version;
    this.#committed = new CommittedMessages(version);
    this.#partials = new WatchedPartials({
      committed: this.#committed,
      readOpenMessage: () => source.openMessage(),
      eventsBetween: (afterSeq, upToSeq) => this.#eventsBetween(afterSeq, upToSeq),
      tell: () => this.#bell.ring("partials"),
      now: () => source.now(),
    });
  }

  /** The version this replica knows to be committed. */
  get version(): number {
    return this.#known;
  }

  /** True once the session does not exist any more. */
  get gone(): boolean {
    return this.#gone;
  }

  get watched(): boolean {
    return this.#bell.size > 0;
  }

  get subscribed(): boolean {
    return this.#subscription !== undefined;
  }

  /** Resolves when no later wake-up can be missed, or the view is away. */
  async subscribe(live: LiveView): Promise<void> {
    if (this.#subscription !== undefined) return;
    this.#subscribing ??= this.#subscribe(live).finally(() => {
      this.#subscribing = undefined;
    });
    await this.#subscribing;
  }

  async #subscribe(live: LiveView): Promise<void> {
    const subscription = await live.subscribe(this.key, this).catch(() => undefined);
    if (!this.watched) return subscription?.close();
    this.#subscription = subscription;
    if (subscription !== undefined) void this.#partials.refresh();
  }

  async unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.close().catch(() => undefined);
  }

  add(watcher: Alarm, partials: boolean): void {
    this.#bell.add(watcher, partials);
    if (!partials) return;
    this.#partials.join();
    if (this.subscribed) void this.#partials.refresh();
  }

  remove(watcher: Alarm): void {
    if (this.#bell.remove(watcher)) this.#partials.leave();
  }

  woken(uid: string, version: number): void {
    if (uid !== this.uid) return;
    this.#known = Math.max(this.#known, version);
    if (this.#fetched < this.#known) void this.#fetch();
  }

  told(uid: string, fragment: PublishedFragment): void {
    if (uid === this.uid) this.#partials.take(fragment);
  }

  /** Lost wake-ups are found by the version poll within its second; lost partials are not. */
  lost(): void {
    void this.#partials.refresh();
  }

  purged(): void {
    this.#gone = true;
    this.#bell.ring("all");
  }

  /** Events after a seq that are at hand; undefined if some of them are not. */
  after(seq: number): readonly WatchedEvent[] | undefined {
    if (seq >= this.#fetched) return seq >= this.#known ? [] : this.#nothingYet();
    const first = this.#ring[0];
    if (first === undefined || first.seq > seq + 1) return undefined;
    return this.#ring.slice(seq + 1 - first.seq);
  }

  /**
   * What comes next of the open message for a watcher that has been told the
   * events up to `seq`. Nothing while that is further than the hub has looked:
   * the message may be among what it has not seen.
   */
  partialAfter(
    place: PartialPlace,
    seq: number,
  ): { place: PartialPlace; update: Update } | undefined {
    return seq <= this.#fetched ? this.#partials.after(place, seq) : undefined;
  }

  /** The session at a version or later: one look for all watchers. */
  headAt(version: number, look: () => Promise<Sighting>): Promise<Sighting> {
    if (this.#look !== undefined && this.#look.version >= version) return this.#look.sighting;
    const mine = { version, sighting: look() };
    this.#look = mine;
    mine.sighting.then(
      ({ head }) => {
        mine.version = Math.max(version, head?.session?.version ?? 0);
      },
      () => {
        if (this.#look === mine) this.#look = undefined;
      },
    );
    return mine.sighting;
  }

  /** What is known to be committed but not fetched: on its way, or to be read by oneself. */
  #nothingYet(): [] | undefined {
    return this.#fetching ? [] : undefined;
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      while (this.#fetched < this.#known && this.watched) {
        const events = await this.#source.events(this.#fetched);
        if (events.length === 0) break;
        this.#keep(events);
        this.#bell.ring("all");
      }
    } catch {
      // The store is away: watchers try for themselves and learn it there.
    } finally {
      this.#fetching = false;
      this.#bell.ring("all");
    }
  }

  #keep(events: readonly EventRecord[]): void {
    for (const record of events) {
      if (record.seq !== this.#fetched + 1) continue;
      const event = watchedEvent(record);
      for (const seq of event.redacts) this.#redact(seq);
      this.#ring.push(event);
      this.#ringBytes += event.size;
      this.#fetched = event.seq;
      this.#committed.add(event);
      this.#partials.commit(event.messageId);
    }
    this.#known = Math.max(this.#known, this.#fetched);
    while (
      this.#ring.length > RING_EVENTS ||
      (this.#ringBytes > RING_BYTES && this.#ring.length > 1)
    ) {
      this.#ringBytes -= this.#ring.shift()?.size ?? 0;
    }
  }

  /** What was redacted may be among what is at hand. */
  #redact(seq: number): void {
    const index = seq - (this.#ring[0]?.seq ?? 0);
    const event = this.#ring[index];
    if (event !== undefined) this.#ring[index] = redacted(event);
  }

  async #eventsBetween(afterSeq: number, upToSeq: number): Promise<WatchedEvent[] | undefined> {
    if (afterSeq >= upToSeq) return [];
    const events = await this.#source.events(afterSeq);
    if ((events.at(-1)?.seq ?? 0) < upToSeq) return undefined;
    return events.filter(({ seq }) => seq <= upToSeq).map(watchedEvent);
  }
}
