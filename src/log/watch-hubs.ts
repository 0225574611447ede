import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { isAway } from "../domain/errors.ts";
import { type EventRecord, MAX_SEQ } from "../domain/event.ts";
import type { LiveKey } from "../live/port.ts";
import type { Alarm } from "./alarm.ts";
import { type CoherentView, keyOf } from "./coherent-view.ts";
import type { Stores } from "./stores.ts";
import { WatchHub } from "./watch-hub.ts";

/** How often the journal is asked for the versions of all watched sessions, in milliseconds. */
const POLL_MS = 1000;
/** Most events that one read of a watch fetches. */
const FETCH_EVENTS = 256;

/** The watched sessions of this replica, and the one poll that covers lost wake-ups. */
export class WatchHubs {
  readonly #stores: Stores;
  readonly #view: CoherentView;
  readonly #hubs = new Map<string, WatchHub>();
  #poll: NodeJS.Timeout | undefined;

  constructor(stores: Stores, view: CoherentView) {
    this.#stores = stores;
    this.#view = view;
  }

  /** Adds a watcher; resolves when no later wake-up can be missed, or the view is away. */
  async join(head: Head, watcher: Alarm, partials: boolean): Promise<WatchHub> {
    const hub = this.#hubs.get(head.uid) ?? this.#open(head);
    hub.add(watcher, partials);
    await hub.subscribe(this.#stores.live);
    return hub;
  }

  leave(hub: WatchHub, watcher: Alarm): void {
    hub.remove(watcher);
    if (hub.watched) return;
    this.#hubs.delete(hub.uid);
    void hub.unsubscribe();
    if (this.#hubs.size === 0) this.close();
  }

  /** Stops the poll. */
  close(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  /**
   * Committed events after a seq: from the view's tail if that is fresh and has
   * them, else from the journal; while the journal is away from whatever tail
   * there is. At most `limit`, default 256.
   */
  async fetch(
    uid: string,
    key: LiveKey,
    afterSeq: number,
    limit: number = FETCH_EVENTS,
  ): Promise<EventRecord[]> {
    const glance = await this.#view.glance(key, { eventsAfter: afterSeq });
    const tail = (glance?.head?.uid === uid ? glance.events : undefined)?.slice(0, limit) ?? [];
    if (glance?.fresh && tail.length > 0) return tail;
    const range = { uid, afterSeq, upToSeq: MAX_SEQ, limit };
    try {
      return await this.#stores.journal.readEvents(range);
    } catch (error) {
      if (!isAway(error) || tail.length === 0) throw error;
      return tail;
    }
  }

  #open(head: Head): WatchHub {
    const version = head.session?.version ?? 0;
    const { uid } = head;
    const key = keyOf(head);
    const hub = new WatchHub(uid, key, version, {
      events: (afterSeq) => this.fetch(uid, key, afterSeq),
      openMessage: () => this.#stores.live.readOpenMessage(key, uid),
      now: () => this.#stores.clock.monotonic(),
    });
    this.#hubs.set(head.uid, hub);
    this.#poll ??= setInterval(() => void this.#pollVersions(), POLL_MS).unref();
    return hub;
  }

  async #pollVersions(): Promise<void> {
    const hubs = [...this.#hubs.values()];
    const versions = await this.#stores.journal
      .readVersions(hubs.map((hub) => hub.uid))
      .catch(() => undefined);
    for (const hub of hubs) {
      if (!hub.subscribed && hub.watched) void hub.subscribe(this.#stores.live);
      if (versions === undefined) continue;
      const version = versions.get(hub.uid);
      if (version === undefined) hub.purged();
      else hub.woken(hub.uid, version);
    }
  }
}
