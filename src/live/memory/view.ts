import { toBinary } from "@bufbuild/protobuf";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import type { Charge, Payer, Settlement } from "../../domain/rate-limits.ts";
import { assertMessageId } from "../fragment.ts";
import { newestEvents, type TailLimits, versionOf } from "../limits.ts";
import { Listeners } from "../listeners.ts";
import type {
  Admission,
  Copy,
  Fragment,
  Glance,
  LiveKey,
  LiveView,
  Moment,
  Publication,
  PublishedFragment,
  Subscription,
  WakeListener,
  Want,
} from "../port.ts";
import { TokenTable } from "../token-table.ts";
import type { ViewClock } from "./clock.ts";
import { DecodedHeads } from "./decoded-heads.ts";
import { Entries, type Entry, type EntryLimits } from "./entries.ts";
import { Horizons } from "./horizons.ts";
import { OpenMessages } from "./open-messages.ts";
import { believed, isFresh, judge, NEVER, type Verdict } from "./rule.ts";
import { Tail } from "./tail.ts";

export interface MemoryViewOptions {
  readonly bound: number;
  readonly clock: ViewClock;
  readonly tail: TailLimits;
  readonly limits: EntryLimits;
  readonly silenceMs: number;
  /** A clock that never goes back, for what is not about freshness. */
  readonly milliseconds: () => number;
  readonly onError: (error: unknown) => void;
}

/** The rule of coherence in parts, so that a test can take one out. */
export type Rule = typeof RULE;

/** Text of open messages in all sessions: as much as 32 of the longest have. */
const OPEN_LIMITS = { units: 32 * 1_048_576, sessions: 100_000 };

const RULE = { believed, judge, isFresh } as const;

/** About 10,000 sessions of the usual kind. */
const DECODED_BYTES = 4 * 1024 * 1024;

/**
 * The live view of one process. Heads are kept encoded, a tenth of the size, and those
 * that are read decoded as well, for a while.
 */
export class MemoryView implements LiveView {
  readonly #options: MemoryViewOptions;
  readonly #rule: Rule;
  readonly #entries: Entries;
  readonly #decoded = new DecodedHeads(DECODED_BYTES);
  readonly #horizons = new Horizons();
  readonly #listeners: Listeners;
  readonly #openMessages: OpenMessages;
  readonly #buckets: TokenTable;

  constructor(options: MemoryViewOptions, rule: Rule = RULE) {
    this.#options = options;
    this.#rule = rule;
    this.#listeners = new Listeners(options.onError);
    const { milliseconds } = options;
    this.#buckets = new TokenTable(milliseconds);
    this.#openMessages = new OpenMessages({
      silenceMs: options.silenceMs,
      milliseconds,
      limits: OPEN_LIMITS,
    });
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
    return {
      moment,
      head: this.#decoded.of(entry.blob),
      fresh: this.#rule.isFresh(entry.asOf, moment, this.#options.bound),
      events: wantedEvents(entry, want),
    };
  }

  async install(copy: Copy): Promise<void> {
    const version = versionOf(copy);
    const { uid } = copy.head;
    const name = nameOf(copy.under ?? copy.head.session!);
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

  async publish(
    key: LiveKey,
    { uid, version }: Admission,
    fragment: Fragment,
  ): Promise<Publication> {
    assertMessageId(fragment.messageId);
    const name = nameOf(key);
    const held = this.#entries.peek(name);
    const moved = held !== undefined && (held.uid !== uid || held.version > version);
    if (moved) return { kind: "moved" };
    const { publication, news } = this.#openMessages.take(name, uid, version, fragment);
    if (news !== undefined) queueMicrotask(() => this.#listeners.tell(name, uid, news));
    return publication;
  }

  async readOpenMessage(key: LiveKey, uid: string): Promise<PublishedFragment | undefined> {
    return this.#openMessages.read(nameOf(key), uid);
  }

  async closeMessages(key: LiveKey, uid: string, messageIds: readonly string[]): Promise<void> {
    messageIds.forEach(assertMessageId);
    if (messageIds.length > 0) this.#openMessages.close(nameOf(key), uid, messageIds);
  }

  takeTokens(payer: Payer, charges: readonly Charge[]): Settlement {
    return this.#buckets.take(payer, charges);
  }

  /** What is asked for is done: the view cannot be away. */
  readonly lifeMs = Number.POSITIVE_INFINITY;

  async forget(key: LiveKey, uid: string): Promise<void> {
    const name = nameOf(key);
    if (this.#entries.peek(name)?.uid === uid) this.#entries.drop(name);
    this.#openMessages.forget(name, uid);
  }

  /** Drops one session for want of room. */
  evict(key: LiveKey): void {
    this.#entries.drop(nameOf(key));
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#decoded.clear();
    this.#openMessages.clear();
    this.#buckets.clear();
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

function wantedEvents({ tail, version }: Entry, want: Want): Glance["events"] {
  const { eventsAfter, lastEvents } = want;
  if (eventsAfter !== undefined) return tail.between(eventsAfter, version);
  return lastEvents === undefined ? undefined : tail.last(lastEvents, version);
}

function nameOf({ tenantId, userId, sessionId }: LiveKey): string {
  return `${tenantId.length}:${tenantId}${userId.length}:${userId}${sessionId}`;
}
