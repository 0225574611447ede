import { toBinary } from "@bufbuild/protobuf";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { newestEvents, type TailLimits, versionOf } from "../limits.ts";
import { Listeners } from "../listeners.ts";
import type {
  Copy,
  Glance,
  LiveKey,
  LiveView,
  Moment,
  Subscription,
  WakeListener,
  Want,
} from "../port.ts";
import type { ViewClock } from "./clock.ts";
import { DecodedHeads } from "./decoded-heads.ts";
import { Entries, type Entry, type EntryLimits } from "./entries.ts";
import { Horizons } from "./horizons.ts";
import { believed, isFresh, judge, NEVER, type Verdict } from "./rule.ts";
import { Tail } from "./tail.ts";

export interface MemoryViewOptions {
  readonly bound: number;
  readonly clock: ViewClock;
  readonly tail: TailLimits;
  readonly limits: EntryLimits;
  readonly onError: (error: unknown) => void;
}

/** The rule of coherence in parts, so that a test can take one out. */
export type Rule = typeof RULE;

const RULE = { believed, judge, isFresh } as const;

/** About 10,000 sessions of the usual kind. */
const DECODED_BYTES = 4 * 1024 * 1024;

/**
 * The live view of one process. Heads are kept encoded, a tenth of the size, and those
 * that are read decoded as well, for a while.
 */
export class MemoryView implements LiveView {
  readonly kind = "memory";
  readonly #options: MemoryViewOptions;
  readonly #rule: Rule;
  readonly #entries: Entries;
  readonly #decoded = new DecodedHeads(DECODED_BYTES);
  readonly #horizons = new Horizons();
  readonly #listeners: Listeners;

  constructor(options: MemoryViewOptions, rule: Rule = RULE) {
    this.#options = options;
    this.#rule = rule;
    this.#listeners = new Listeners(options.onError);
    const { clock } = options;
    this.#entries = new Entries(options.limits, (key) => this.#horizons.raise(key, clock.mark()));
  }

  lastMoment(): Moment {
    return this.#options.clock.now();
  }

  async read(key: LiveKey, want: Want): Promise<Glance> {
    const moment = this.#options.clock.now();
    const entry = this.#entries.use(nameOf(key));
    if (entry === undefined) return { moment, head: undefined, fresh: false, events: undefined };
    const after = want.eventsAfter;
    return {
      moment,
      head: this.#decoded.of(entry.blob),
      fresh: this.#rule.isFresh(entry.asOf, moment, this.#options.bound),
      events: after === undefined ? undefined : entry.tail.between(after, entry.version),
    };
  }

  async install(copy: Copy): Promise<void> {
    const version = versionOf(copy);
    const { uid } = copy.head;
    const name = nameOf(copy.head.session!);
    const held = this.#entries.peek(name);
    const now = this.#options.clock.now();
    const asOf = this.#rule.believed(copy.asOf, this.#horizons.of(name), now);
    const verdict = this.#rule.judge(held, { uid, version, asOf });
    const tail = this.#mergedTail(held, copy, verdict);
    if (verdict === "keep") {
      this.#entries.put(name, { ...held!, tail });
      return;
    }
    if (verdict === "doubt") this.#entries.drop(name);
    this.#entries.put(name, {
      uid,
      version,
      asOf: verdict === "doubt" ? NEVER : asOf,
      installed: this.#options.clock.mark(),
      rewriteSeq: copy.head.rewriteSeq,
      blob: toBinary(HeadSchema, copy.head),
      tail,
    });
    if (held?.uid !== uid || version > held.version) this.#wake(name, uid, version);
  }

  async subscribe(key: LiveKey, listener: WakeListener): Promise<Subscription> {
    const name = nameOf(key);
    const seat = this.#listeners.add(name, listener);
    return {
      close: async () => {
        this.#listeners.remove(name, seat);
      },
    };
  }

  /** Forgets one session, as eviction does. */
  forget(key: LiveKey): void {
    this.#entries.drop(nameOf(key));
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#decoded.clear();
    this.#horizons.raiseAll(this.#options.clock.mark());
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.clear();
  }

  /** A tail belongs to one uid and rewrite_seq; what was redacted is gone with the head that had it. */
  #mergedTail(held: Entry | undefined, copy: Copy, verdict: Verdict): Tail {
    const same = held?.uid === copy.head.uid && held.rewriteSeq === copy.head.rewriteSeq;
    if (!same && verdict === "keep") return held!.tail;
    const tail = same ? held.tail : new Tail(this.#options.tail);
    tail.merge(newestEvents(copy, this.#options.tail));
    return tail;
  }

  /** Not before the installer goes on, as with Redis: a listener may well install something itself. */
  #wake(name: string, uid: string, version: number): void {
    queueMicrotask(() => this.#listeners.wake(name, uid, version));
  }
}

function nameOf({ tenantId, userId, sessionId }: LiveKey): string {
  return `${tenantId.length}:${tenantId}${userId.length}:${userId}${sessionId}`;
}
