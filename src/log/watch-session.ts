import type { Event } from "../../gen/parley/v1/event_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { PositionReason } from "../../gen/parley/v1/watch_pb.js";
import { expiresAt } from "../domain/access.ts";
import { invalidArgument, isAway, sessionNotFound, unavailable } from "../domain/errors.ts";
import { decodeEvent } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import { Alarm } from "./alarm.ts";
import type { Reading, SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";
import type { WatchHub } from "./watch-hub.ts";
import type { WatchHubs } from "./watch-hubs.ts";

/** Silence after which a watcher is told that the stream lives, in milliseconds. */
const IDLE_MS = 15_000;

/** Pause before a store that is away is tried again, in milliseconds. */
const RETRY_MS = 1000;

export interface WatchRequest {
  readonly principal: Principal;
  readonly id: string;
  /** Events after this seq; undefined: those that are committed from now on. */
  readonly afterSeq: number | undefined;
  /** Aborted when the watcher goes away. */
  readonly signal: AbortSignal;
  /** Aborted when the service stops. */
  readonly shutdown: AbortSignal;
}

/** What a watcher is told; `seq` is where to resume after it. */
export type Update =
  | { readonly seq: number; readonly event: Event }
  | { readonly seq: number; readonly reason: PositionReason; readonly version: number };

/**
 * Streams a session's events, each once, in order, without gaps. In three steps:
 * subscribe, so that no wake-up is lost; read what is there already; follow.
 */
export class SessionWatcher {
  readonly #stores: Stores;
  readonly #reader: SessionReader;
  readonly #hubs: WatchHubs;

  constructor(stores: Stores, reader: SessionReader, hubs: WatchHubs) {
    this.#stores = stores;
    this.#reader = reader;
    this.#hubs = hubs;
  }

  async *watch(request: WatchRequest): AsyncGenerator<Update> {
    const alarm = new Alarm();
    const ring = () => alarm.ring();
    request.signal.addEventListener("abort", ring);
    request.shutdown.addEventListener("abort", ring);
    let hub: WatchHub | undefined;
    try {
      let reading = await this.#read(request, Consistency.LIVE);
      // Until the session that is subscribed to is the one the journal knows under the id.
      while (hub?.uid !== reading.head.uid) {
        if (hub !== undefined) this.#hubs.leave(hub, alarm);
        hub = await this.#hubs.join(reading.head, alarm);
        reading = await this.#readNow(request);
      }
      yield* this.#follow(request, hub, alarm, reading);
    } finally {
      request.signal.removeEventListener("abort", ring);
      request.shutdown.removeEventListener("abort", ring);
      if (hub !== undefined) this.#hubs.leave(hub, alarm);
    }
  }

  async *#follow(
    request: WatchRequest,
    hub: WatchHub,
    alarm: Alarm,
    start: Reading,
  ): AsyncGenerator<Update> {
    let reading = start;
    hub.woken(reading.head.uid, reading.session.version);
    let seq = startOf(request.afterSeq, reading);
    let spokeAt = this.#stores.clock.monotonic();
    yield { seq, reason: PositionReason.OPEN, version: hub.version };
    while (!request.signal.aborted) {
      if (request.shutdown.aborted) {
        yield { seq, reason: PositionReason.CLOSING, version: hub.version };
        return;
      }
      const events = await this.#next(hub, seq);
      for (const event of events ?? []) {
        seq = event.seq;
        yield { seq, event };
        spokeAt = this.#stores.clock.monotonic();
        if (request.signal.aborted) return;
      }
      if (ends(events ?? []) || hub.gone || this.#expired(reading)) {
        reading = await this.#readNow(request);
        if (reading.head.uid !== hub.uid) throw sessionNotFound();
      }
      if (events !== undefined && events.length > 0) continue;
      const silence = spokeAt + IDLE_MS - this.#stores.clock.monotonic();
      await this.#sleep(
        alarm,
        reading,
        events === undefined ? Math.min(RETRY_MS, silence) : silence,
      );
      if (this.#stores.clock.monotonic() - spokeAt < IDLE_MS) continue;
      yield { seq, reason: PositionReason.IDLE, version: hub.version };
      spokeAt = this.#stores.clock.monotonic();
    }
  }

  /**
   * What comes next: from the hub if this watcher follows closely, else from the
   * log; undefined while neither store can say.
   */
  async #next(hub: WatchHub, seq: number): Promise<readonly Event[] | undefined> {
    const ready = hub.after(seq);
    if (ready !== undefined) return ready.map(({ event }) => event);
    const records = await this.#hubs.fetch(hub.uid, hub.key, seq).catch(undefinedIfAway);
    return records?.map(decodeEvent);
  }

  #expired(reading: Reading): boolean {
    return expiresAt(reading.session) <= this.#stores.clock.now().getTime();
  }

  /** Until something happens or the session expires, at most so many milliseconds. */
  async #sleep(alarm: Alarm, reading: Reading, atMostMs: number): Promise<void> {
    const left = expiresAt(reading.session) - this.#stores.clock.now().getTime();
    await alarm.sleep(Math.max(1, Math.min(atMostMs, left)));
  }

  /** As the journal has it now; while that is away, as the view has it, marked stale. */
  async #readNow(request: WatchRequest): Promise<Reading> {
    const strong = await this.#read(request, Consistency.STRONG).catch(undefinedIfAway);
    return strong ?? { ...(await this.#read(request, Consistency.LIVE)), stale: true };
  }

  #read({ principal, id }: WatchRequest, consistency: Consistency): Promise<Reading> {
    return this.#reader.read({ principal, id, consistency, atLeastVersion: 0 });
  }
}

function undefinedIfAway(error: unknown): undefined {
  if (!isAway(error)) throw error;
}

/** A place beyond a head that may be too old is no mistake of the caller's. */
function startOf(afterSeq: number | undefined, { session, stale }: Reading): number {
  const { version } = session;
  if (afterSeq === undefined || afterSeq <= version) return afterSeq ?? version;
  throw stale ? unavailable() : invalidArgument("after_seq", "is beyond the end of the log");
}

/** True if the session may have ended with these events. */
function ends(events: readonly Event[]): boolean {
  return events.some(({ payload }) => payload.case === "sessionDeleted");
}
