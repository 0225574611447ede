import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { PositionReason } from "../../gen/parley/v1/watch_pb.js";
import type { Clock } from "../clock.ts";
import { type Admitted, admit } from "../domain/access.ts";
import { isAway, sessionNotFound } from "../domain/errors.ts";
import { ownerOf } from "../domain/principal.ts";
import { isActive } from "../domain/session.ts";
import type { Alarm } from "./alarm.ts";
import type { Reading, SessionReader, Sighting } from "./read-session.ts";
import type { WatchHub } from "./watch-hub.ts";
import type { WatchHubs } from "./watch-hubs.ts";
import { NOWHERE, type PartialPlace } from "./watch-partials.ts";
import type { WatchRequest } from "./watch-session.ts";
import { position, type Update, type WatchedEvent, watchedEvent } from "./watch-update.ts";

/** Silence after which a watcher is told that the stream lives, in milliseconds. */
const IDLE_MS = 15_000;
/** Pause before a store that is away is tried again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * What a watcher takes at once, in bytes, one event at least: if it stands still
 * then, that is what it keeps from being forgotten.
 */
const PAGE_BYTES = 65_536;
/** Events that a watcher which catches up reads first, while it knows nothing of their size, and at most. */
const FIRST_PAGE_EVENTS = 32;
const PAGE_EVENTS = 256;

/** Kinds after which a session may be over, or live longer. Other events leave that as it is. */
const LIFE_EVENTS: ReadonlySet<string> = new Set([
  "session_updated",
  "session_deleted",
  "session_restored",
  "session_archived",
  "session_revived",
  "share_changed",
  "share_revoked",
  "ownership_transferred",
]);

type Sighted = Pick<Sighting, "head">;

export interface FollowerParts {
  readonly clock: Clock;
  readonly reader: SessionReader;
  readonly hubs: WatchHubs;
  readonly hub: WatchHub;
  readonly alarm: Alarm;
}

/** One watcher on its way through a log. */
export class Follower {
  readonly #parts: FollowerParts;
  readonly #request: WatchRequest;
  readonly #kinds: ReadonlySet<string>;
  /** As the session was when it was looked at last. */
  #reading: Pick<Admitted, "access">;
  #seq: number;
  #place: PartialPlace = NOWHERE;
  #pageEvents = FIRST_PAGE_EVENTS;
  /** Since when nothing was told. */
  #silentSince: number;
  /** True if something was passed that may have ended the session. */
  #mustLook = false;
  /** True while neither store can say what comes next. */
  #stuck = false;

  constructor(parts: FollowerParts, request: WatchRequest, reading: Admitted, seq: number) {
    this.#parts = parts;
    this.#request = request;
    this.#kinds = new Set(request.kinds);
    this.#reading = reading;
    this.#seq = seq;
    this.#silentSince = parts.clock.monotonic();
  }

  position(reason: PositionReason): Update {
    return position(this.#seq, reason, this.#parts.hub.version);
  }

  /**
   * What there is to tell next, waiting for it; at least one thing. Asked again
   * once that was told. The last one of a stream that ends by itself is a position
   * that says why.
   * @throws {ParleyError} when the session has come to its end.
   */
  async next(): Promise<readonly Update[]> {
    this.#silentSince = this.#parts.clock.monotonic();
    for (;;) {
      const { signal, shutdown } = this.#request;
      if (signal.aborted || shutdown.aborted) return [this.position(PositionReason.CLOSING)];
      const looked = await this.#look();
      const before = this.#seq;
      const updates = await this.#news();
      if (updates.length > 0) return updates;
      if (await this.#isTerminal()) return [this.position(PositionReason.TERMINAL)];
      if (this.#silence() >= IDLE_MS) return [this.position(PositionReason.IDLE)];
      // What was passed over without a word may be followed by more.
      if (!looked || this.#stuck || this.#seq === before) await this.#sleep(looked);
    }
  }

  /** Events that are wanted, and after them what there is of a message that is being written. */
  async #news(): Promise<Update[]> {
    const { hub } = this.#parts;
    const updates: Update[] = [];
    for (const event of await this.#events()) {
      this.#seq = event.seq;
      if (this.#kinds.size === 0 || this.#kinds.has(event.type)) updates.push(event.update);
      if (!LIFE_EVENTS.has(event.type)) continue;
      // What comes behind it may not be for this watcher any more.
      this.#mustLook = true;
      return updates;
    }
    const partial = this.#request.partials ? hub.partialAfter(this.#place, this.#seq) : undefined;
    if (partial === undefined) return updates;
    this.#place = partial.place;
    updates.push(partial.update);
    return updates;
  }

  /** From the hub if this watcher follows closely, else from the log. */
  async #events(): Promise<readonly WatchedEvent[]> {
    const ready = this.#parts.hub.after(this.#seq);
    this.#stuck = false;
    return ready === undefined ? this.#readEvents() : page(ready);
  }

  async #readEvents(): Promise<readonly WatchedEvent[]> {
    const { hub, hubs } = this.#parts;
    const read = hubs.fetch(hub.uid, hub.key, this.#seq, this.#pageEvents);
    const records = await read.catch(undefinedIfAway);
    this.#stuck = records === undefined;
    const events = records?.map(watchedEvent) ?? [];
    const last = events.at(-1);
    if (last === undefined) return events;
    hub.woken(hub.uid, last.seq);
    const fitting = Math.floor((PAGE_BYTES * events.length) / bytesOf(events));
    this.#pageEvents = Math.max(1, Math.min(fitting, PAGE_EVENTS));
    return page(events);
  }

  #silence(): number {
    return this.#parts.clock.monotonic() - this.#silentSince;
  }

  #expired(): boolean {
    return this.#reading.access.until <= this.#parts.clock.now().getTime();
  }

  /** Until something happens or the session expires, at most until something is to be said or tried. */
  async #sleep(looked: boolean): Promise<void> {
    const left = this.#reading.access.until - this.#parts.clock.now().getTime();
    const silence = IDLE_MS - this.#silence();
    const atMost = this.#stuck || !looked ? Math.min(RETRY_MS, silence) : silence;
    await this.#parts.alarm.sleep(Math.max(1, Math.min(atMost, left)));
  }

  /** Makes sure that this watcher may still see the session; false if nobody can tell. */
  async #look(): Promise<boolean> {
    const { hub, clock } = this.#parts;
    const found = await this.#lookAt();
    if (found === "nothing changed") return true;
    if (found === undefined) return false;
    const reading = admit(found.head, this.#request.principal, clock.now(), Permission.VIEW);
    if (reading.head.uid !== hub.uid) throw sessionNotFound();
    this.#reading = reading;
    this.#mustLook = false;
    return true;
  }

  async #lookAt(): Promise<Sighted | "nothing changed" | undefined> {
    if (this.#mustLook) return this.#head();
    // An end that no event told of is the journal's to confirm.
    return this.#parts.hub.gone || this.#expired() ? this.#readNow() : "nothing changed";
  }

  /** The head after what was passed, looked up once for all watchers; undefined if nobody can say. */
  #head(): Promise<Sighted | undefined> {
    const { hub, reader } = this.#parts;
    const id = hub.key.sessionId;
    const atLeastVersion = this.#seq;
    // Whoever asks first asks for all of them, so it is not this watcher who is to be let in here.
    const principal = ownerOf(hub.key);
    const request = { principal, id, consistency: Consistency.LIVE };
    const look = () => reader.sight({ ...request, atLeastVersion });
    return hub.headAt(atLeastVersion, look).catch(undefinedIfAway);
  }

  /** True once everything up to a terminal status has been told. */
  async #isTerminal(): Promise<boolean> {
    const { hub } = this.#parts;
    if (!this.#request.untilTerminal || this.#seq < hub.version || this.#stuck) return false;
    const found = await this.#head();
    this.#stuck = found === undefined;
    const head = found?.head;
    if (head?.session === undefined || head.uid !== hub.uid) return false;
    hub.woken(hub.uid, head.session.version);
    return head.session.version <= this.#seq && !isActive(head.session.status);
  }

  /** As the journal has it now; while that is away, as the view has it. */
  async #readNow(): Promise<Reading & Admitted> {
    const { principal, id } = this.#request;
    const request = { principal, id, atLeastVersion: 0 };
    const { reader } = this.#parts;
    const strong = await reader
      .read({ ...request, consistency: Consistency.STRONG })
      .catch(undefinedIfAway);
    return strong ?? reader.read({ ...request, consistency: Consistency.LIVE });
  }
}

/** The first events that are no more than a watcher takes at once. */
function page(events: readonly WatchedEvent[]): readonly WatchedEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ size }) => {
    bytes += size;
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? events : events.slice(0, Math.max(1, end));
}

function bytesOf(events: readonly WatchedEvent[]): number {
  return events.reduce((sum, { size }) => sum + size, 0);
}

export function undefinedIfAway(error: unknown): undefined {
  if (!isAway(error)) throw error;
}
