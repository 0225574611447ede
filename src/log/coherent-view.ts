import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Clock } from "../clock.ts";
import type {
  Copy,
  Fragment,
  Glance,
  LiveKey,
  LiveView,
  Moment,
  Publication,
  Want,
} from "../live/port.ts";

/** How long an answer waits for what it says to the view, in milliseconds. */
const INSTALL_PATIENCE_MS = 50;

/**
 * The live view as this replica may believe it. Nothing here fails: a view that
 * cannot be reached knows nothing, and a session whose installation did not
 * succeed in time is not believed until its older copies are stale for everybody.
 */
export class CoherentView {
  readonly #live: LiveView;
  readonly #clock: Clock;
  readonly #stalenessMs: number;
  /** Sessions whose copies in the view are not believed, in the order of `until`. */
  readonly #doubted = new Map<string, Doubt>();
  readonly #offers = new Map<string, Offer>();

  constructor(live: LiveView, clock: Clock, stalenessMs: number) {
    this.#live = live;
    this.#clock = clock;
    this.#stalenessMs = stalenessMs;
  }

  /** A moment to count a copy's freshness from; ask before the journal is asked. */
  lastMoment(): Moment | undefined {
    return this.#live.lastMoment();
  }

  /** What the view has, not fresh if it is not to be believed; undefined if it is away. */
  async glance(key: LiveKey, want: Want): Promise<Glance | undefined> {
    try {
      const glance = await this.#live.read(key, want);
      return this.#isDoubted(key) ? { ...glance, fresh: false } : glance;
    } catch {
      return undefined;
    }
  }

  /**
   * Installs a copy and resolves when it is there, or when that has failed or
   * has taken too long. Copies of one session that come while one of it is on
   * its way are joined into one: a hundred appends committed together are one
   * installation, not a hundred.
   */
  async offer(copy: Copy): Promise<void> {
    const key = copy.under ?? keyOf(copy.head);
    const name = nameOf(key);
    const waiting = this.#offers.get(name);
    if (waiting?.next !== undefined) {
      waiting.next.copy = join(waiting.next.copy, copy);
      return waiting.next.done;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Pending = { copy, done: promise, resolve };
    if (waiting !== undefined) {
      waiting.next = entry;
      return promise;
    }
    this.#offers.set(name, { next: undefined });
    void this.#installAll(name, entry);
    return promise;
  }

  async #installAll(name: string, first: Pending): Promise<void> {
    const offer = this.#offers.get(name);
    for (let entry: Pending | undefined = first; entry !== undefined; entry = offer?.next) {
      if (offer?.next === entry) offer.next = undefined;
      await this.#install(name, entry.copy);
      entry.resolve();
    }
    this.#offers.delete(name);
  }

  async #install(name: string, copy: Copy): Promise<void> {
    if (await inTime(this.#live.install(copy))) this.#trust(name, copy);
    else this.#doubt(name, versionOf(copy));
  }

  /** Passes a fragment on that the owner of this head publishes; undefined if the view is away. */
  async publish(head: Head, fragment: Fragment): Promise<Publication | undefined> {
    const admission = { uid: head.uid, version: head.session?.version ?? 0 };
    return this.#live.publish(keyOf(head), admission, fragment).catch(() => undefined);
  }

  /** Says that messages are in the log; resolves when it is said, or was not to be in time. */
  async closeMessages(head: Head, messageIds: readonly string[]): Promise<void> {
    if (messageIds.length === 0) return;
    await inTime(this.#live.closeMessages(keyOf(head), head.uid, messageIds));
  }

  /**
   * Removes a session that the journal has no longer; says whether nothing of it is there now. A
   * view that is away has let go of what is `ageMs` old by itself, if that is long enough.
   */
  async forget(key: LiveKey, uid: string, ageMs: number): Promise<boolean> {
    try {
      await this.#live.forget(key, uid);
      return true;
    } catch {
      return ageMs > this.#live.lifeMs;
    }
  }

  /**
   * A write on this head failed, so that nobody knows whether it was committed:
   * a view that is fresh for ever would never notice.
   */
  doubt(head: Head): void {
    this.#doubt(nameOf(keyOf(head)), (head.session?.version ?? 0) + 1);
  }

  #doubt(name: string, doubted: number): void {
    const now = this.#clock.monotonic();
    const version = Math.max(doubted, this.#doubted.get(name)?.version ?? 0);
    this.#doubted.delete(name);
    this.#doubted.set(name, { until: now + this.#stalenessMs, version });
    for (const [other, { until }] of this.#doubted) {
      if (until > now) break;
      this.#doubted.delete(other);
    }
  }

  /** What could not be installed before is in the view now, or something newer. */
  #trust(name: string, copy: Copy): void {
    const doubt = this.#doubted.get(name);
    if (doubt !== undefined && versionOf(copy) >= doubt.version) this.#doubted.delete(name);
  }

  #isDoubted(key: LiveKey): boolean {
    if (this.#doubted.size === 0) return false;
    const doubt = this.#doubted.get(nameOf(key));
    return doubt !== undefined && this.#clock.monotonic() < doubt.until;
  }
}

/** True if it succeeded in time. */
async function inTime(done: Promise<void>): Promise<boolean> {
  const settled = done.then(
    () => true,
    () => false,
  );
  const patience = Promise.withResolvers<false>();
  const timer = setTimeout(() => patience.resolve(false), INSTALL_PATIENCE_MS);
  const succeeded = await Promise.race([settled, patience.promise]);
  clearTimeout(timer);
  return succeeded;
}

interface Doubt {
  readonly until: number;
  /** The version that could not be installed. */
  readonly version: number;
}

interface Pending {
  copy: Copy;
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

interface Offer {
  next: Pending | undefined;
}

/** Under which key a head stands in the view. */
export function keyOf(head: Head): LiveKey {
  const { tenantId = "", userId = "", sessionId = "" } = head.session ?? {};
  return { tenantId, userId, sessionId };
}

function nameOf(key: LiveKey): string {
  return `${key.tenantId}/${key.sessionId}/${key.userId}`;
}

/**
 * The newer of two copies, with the events of both as far as they follow one
 * another. Where something was rewritten in between, the older ones are left
 * behind: what was taken away could be among them.
 */
function join(one: Copy, other: Copy): Copy {
  if (one.head.uid !== other.head.uid) return other;
  if (versionOf(one) === versionOf(other)) return joinEqual(one, other);
  const [older, newer] = versionOf(one) < versionOf(other) ? [one, other] : [other, one];
  const last = older.events.at(-1)?.seq;
  const same = older.head.rewriteSeq === newer.head.rewriteSeq;
  const follows = same && last !== undefined && newer.events[0]?.seq === last + 1;
  return follows ? { ...newer, events: [...older.events, ...newer.events] } : newer;
}

/** Of two copies of one version: the fresher head, the longer tail. */
function joinEqual(one: Copy, other: Copy): Copy {
  const fresher = (one.asOf ?? -1) > (other.asOf ?? -1) ? one : other;
  const longer = one.events.length > other.events.length ? one : other;
  return { ...fresher, events: longer.events };
}

function versionOf(copy: Copy): number {
  return copy.head.session?.version ?? 0;
}
