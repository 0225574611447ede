import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { PositionReason } from "../../gen/parley/v1/watch_pb.js";
import type { Admitted } from "../domain/access.ts";
import { invalidArgument, unavailable } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import { Alarm } from "./alarm.ts";
import type { Reading, SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";
import { nextTurn } from "./watch-bell.ts";
import type { WatchCounts } from "./watch-counts.ts";
import { Follower, undefinedIfAway } from "./watch-follower.ts";
import type { WatchHub } from "./watch-hub.ts";
import type { WatchHubs } from "./watch-hubs.ts";
import type { Update } from "./watch-update.ts";

export interface WatchRequest {
  readonly principal: Principal;
  /** How many watches the caller may have open here, with this one; undefined: any number. */
  readonly maxWatches?: number | undefined;
  readonly id: string;
  /** Events after this seq; undefined: those that are committed from now on. */
  readonly afterSeq: number | undefined;
  /** Names of the kinds of events that are wanted; none: all are. */
  readonly kinds: readonly string[];
  /** True to be told of messages while they are written. */
  readonly partials: boolean;
  /** True to end once everything up to a terminal status has been told. */
  readonly untilTerminal: boolean;
  /** Aborted when the watcher goes away. */
  readonly signal: AbortSignal;
  /** Aborted when the service stops. */
  readonly shutdown: AbortSignal;
}

/** What a watcher that catches up is told before the process turns to something else. */
const UPDATES_PER_TURN = 32;

const LAST: ReadonlySet<PositionReason> = new Set([
  PositionReason.CLOSING,
  PositionReason.TERMINAL,
]);

/**
 * Streams a session's events, each once, in order, without gaps. In three steps:
 * subscribe, so that no wake-up is lost; read what is there already; follow.
 */
export class SessionWatcher {
  readonly #stores: Stores;
  readonly #reader: SessionReader;
  readonly #hubs: WatchHubs;
  readonly #counts: WatchCounts;

  constructor(stores: Stores, reader: SessionReader, hubs: WatchHubs, counts: WatchCounts) {
    this.#stores = stores;
    this.#reader = reader;
    this.#hubs = hubs;
    this.#counts = counts;
  }

  async *watch(request: WatchRequest): AsyncGenerator<Update> {
    const { principal, maxWatches, signal, shutdown } = request;
    const uncount = this.#counts.enter(principal, maxWatches);
    const alarm = new Alarm();
    const ring = () => alarm.ring();
    signal.addEventListener("abort", ring);
    shutdown.addEventListener("abort", ring);
    let hub: WatchHub | undefined;
    try {
      let reading = await this.#read(request, Consistency.LIVE);
      // Until the session that is subscribed to is the one the journal knows under the id.
      while (hub?.uid !== reading.head.uid) {
        if (hub !== undefined) this.#hubs.leave(hub, alarm);
        hub = await this.#hubs.join(reading.head, alarm, request.partials);
        reading = await this.#readNow(request);
      }
      hub.woken(reading.head.uid, reading.session.version);
      const follower = this.#follower(request, hub, alarm, reading);
      yield follower.position(PositionReason.OPEN);
      for (let told = 1, over = false; !over; ) {
        for (const update of await follower.next()) {
          if (signal.aborted) return;
          yield update;
          over = isLast(update);
          if (++told % UPDATES_PER_TURN === 0) await nextTurn();
        }
      }
    } finally {
      signal.removeEventListener("abort", ring);
      shutdown.removeEventListener("abort", ring);
      if (hub !== undefined) this.#hubs.leave(hub, alarm);
      uncount();
    }
  }

  #follower(
    request: WatchRequest,
    hub: WatchHub,
    alarm: Alarm,
    reading: Reading & Admitted,
  ): Follower {
    const parts = {
      clock: this.#stores.clock,
      reader: this.#reader,
      hubs: this.#hubs,
      hub,
      alarm,
    };
    return new Follower(parts, request, reading, startOf(request.afterSeq, reading));
  }

  /** As the journal has it now; while that is away, as the view has it, marked stale. */
  async #readNow(request: WatchRequest): Promise<Reading & Admitted> {
    const strong = await this.#read(request, Consistency.STRONG).catch(undefinedIfAway);
    return strong ?? { ...(await this.#read(request, Consistency.LIVE)), stale: true };
  }

  #read({ principal, id }: WatchRequest, consistency: Consistency): Promise<Reading & Admitted> {
    return this.#reader.read({ principal, id, consistency, atLeastVersion: 0 });
  }
}

function isLast({ update }: Update): boolean {
  return update.case === "position" && LAST.has(update.value.reason);
}

/** A place beyond a head that may be too old is no mistake of the caller's. */
function startOf(afterSeq: number | undefined, { session, stale }: Reading): number {
  const { version } = session;
  if (afterSeq === undefined || afterSeq <= version) return afterSeq ?? version;
  throw stale ? unavailable() : invalidArgument("after_seq", "is beyond the end of the log");
}
