import type { Event } from "../../gen/parley/v1/event_pb.js";
import { decodeEvent, type EventRecord } from "../domain/event.ts";
import type { LiveKey, LiveView, Subscription, WakeListener } from "../live/port.ts";
import type { Alarm } from "./alarm.ts";

/** Most events and bytes a hub keeps at hand for watchers that follow closely. */
const RING_EVENTS = 256;
const RING_BYTES = 1_048_576;

/** Reads events that are committed, after a seq; empty if there are none. */
export type EventSource = (uid: string, key: LiveKey, afterSeq: number) => Promise<EventRecord[]>;

/** An event in its place, decoded once however many watch. */
export interface WatchedEvent {
  readonly seq: number;
  readonly event: Event;
  readonly size: number;
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
  readonly #source: EventSource;
  readonly #watchers = new Set<Alarm>();
  #ring: WatchedEvent[] = [];
  #ringBytes = 0;
  #subscription: Subscription | undefined;
  #known: number;
  #fetched: number;
  #fetching = false;
  #gone = false;

  constructor(uid: string, key: LiveKey, version: number, source: EventSource) {
    this.uid = uid;
    this.key = key;
    this.#source = source;
    this.#known = version;
    this.#fetched = version;
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
    return this.#watchers.size > 0;
  }

  get subscribed(): boolean {
    return this.#subscription !== undefined;
  }

  async subscribe(live: LiveView): Promise<void> {
    if (this.#subscription !== undefined) return;
    const subscription = await live.subscribe(this.key, this).catch(() => undefined);
    if (this.#subscription === undefined && this.watched) this.#subscription = subscription;
    else await subscription?.close();
  }

  async unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.close().catch(() => undefined);
  }

  add(watcher: Alarm): void {
    this.#watchers.add(watcher);
  }

  remove(watcher: Alarm): void {
    this.#watchers.delete(watcher);
  }

  woken(uid: string, version: number): void {
    if (uid !== this.uid) return;
    this.#known = Math.max(this.#known, version);
    if (this.#fetched < this.#known) void this.#fetch();
  }

  /** Wake-ups may have been lost; the version poll finds out within its second. */
  lost(): void {}

  purged(): void {
    this.#gone = true;
    this.#ringAll();
  }

  /** Events after a seq that are at hand; undefined if some of them are not. */
  after(seq: number): readonly WatchedEvent[] | undefined {
    if (seq >= this.#fetched) return seq >= this.#known ? [] : this.#nothingYet();
    const first = this.#ring[0];
    if (first === undefined || first.seq > seq + 1) return undefined;
    return this.#ring.slice(seq + 1 - first.seq);
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
        const events = await this.#source(this.uid, this.key, this.#fetched);
        if (events.length === 0) break;
        this.#keep(events);
        this.#ringAll();
      }
    } catch {
      // The store is away: watchers try for themselves and learn it there.
    } finally {
      this.#fetching = false;
      this.#ringAll();
    }
  }

  #keep(events: readonly EventRecord[]): void {
    for (const record of events) {
      if (record.seq !== this.#fetched + 1) continue;
      const { seq, bytes } = record;
      this.#ring.push({ seq, event: decodeEvent(record), size: bytes.length });
      this.#ringBytes += bytes.length;
      this.#fetched = seq;
    }
    this.#known = Math.max(this.#known, this.#fetched);
    while (
      this.#ring.length > RING_EVENTS ||
      (this.#ringBytes > RING_BYTES && this.#ring.length > 1)
    ) {
      this.#ringBytes -= this.#ring.shift()?.size ?? 0;
    }
  }

  #ringAll(): void {
    for (const watcher of this.#watchers) watcher.ring();
  }
}
