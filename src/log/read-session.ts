import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { type Admitted, accessOf, admit, type Whole } from "../domain/access.ts";
import { invalidArgument, isAway } from "../domain/errors.ts";
import type { EventRecord } from "../domain/event.ts";
import { granteesOf } from "../domain/grant.ts";
import { isSessionId } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import type { SessionAddress } from "../journal/port.ts";
import type { Glance, LiveKey, Moment, Want } from "../live/port.ts";
import type { CoherentView } from "./coherent-view.ts";
import { SharedWays } from "./shared-ways.ts";
import type { Stores } from "./stores.ts";

/** How long a live read waits for the journal before it gives a copy that may be too old, in ms. */
const PATIENCE_MS = 1000;
/** Most events of a session that are put back into the view when they are missed there. */
const REFILL_EVENTS = 128;
/** And of how many bytes: the tail holds no more. */
const REFILL_BYTES = 1024 * 1024;

/** How fresh a read must be, as requests say it. */
export interface Freshness {
  readonly consistency: Consistency;
  readonly atLeastVersion: number;
}

/** What was found under an id, before anybody decided who may see it. */
export interface Sighting {
  readonly head: Head | undefined;
  /** True if the journal could not be asked and the view's copy may be too old. */
  readonly stale: boolean;
  /** All events the read wanted, if they came along. */
  readonly events: readonly EventRecord[] | undefined;
}

/** A session as it was read. */
export interface Reading extends Whole {
  readonly stale: boolean;
  readonly events: readonly EventRecord[] | undefined;
}

export interface ReadRequest extends Freshness {
  readonly principal: Principal;
  /** `session_id` or `external_id`, in whatever form the caller gave it. */
  readonly id: string;
  readonly want?: Want;
  /** What its caller must be allowed. Default: to view it. */
  readonly needed?: Permission;
}

/** Reads one session as fresh as asked for, and lets only those see it who may. */
export class SessionReader {
  readonly #stores: Stores;
  readonly #view: CoherentView;
  readonly #ways: SharedWays;

  constructor(stores: Stores, view: CoherentView) {
    this.#stores = stores;
    this.#view = view;
    this.#ways = new SharedWays(() => stores.clock.monotonic(), stores.stalenessMs);
  }

  async read(request: ReadRequest): Promise<Reading & Admitted> {
    const { principal, needed = Permission.VIEW } = request;
    const sighting = await this.sight(request);
    const admitted = admit(sighting.head, principal, this.#stores.clock.now(), needed);
    if (admitted.session.version < request.atLeastVersion) {
      throw invalidArgument("at_least_version", "the session has not reached this version");
    }
    return { ...admitted, stale: sighting.stale, events: sighting.events };
  }

  /** Finds what an id names. Deleted sessions of the caller's are found too. */
  async sight(request: ReadRequest): Promise<Sighting> {
    if (!isSessionId(request.id)) return { head: undefined, stale: false, events: undefined };
    if (request.consistency === Consistency.STRONG) return this.#ask(request);
    const { tenantId, userId } = request.principal;
    const way = this.#ways.find(request.principal, request.id);
    const key = { tenantId, userId: way?.owner ?? userId, sessionId: request.id };
    const glance = await this.#view.glance(key, request.want ?? {});
    const copy = glance !== undefined && this.#suits(glance, key, request) ? glance : undefined;
    if (copy?.fresh && way?.sure !== false) {
      return { head: copy.head, stale: false, events: copy.events };
    }
    return this.#ask(request, glance, copy);
  }

  /** The journal's word; while the journal is away, the view's, marked stale. */
  async #ask(request: ReadRequest, glance?: Glance, copy?: Glance): Promise<Sighting> {
    const asOf = glance?.moment ?? this.#view.lastMoment();
    const asked = this.#askJournal(request, asOf, glance);
    if (copy === undefined) return asked;
    const stale: Sighting = { head: copy.head, stale: true, events: copy.events };
    const answered = asked.catch((error: unknown) => {
      if (!isAway(error)) throw error;
      return stale;
    });
    return withPatience(answered, stale);
  }

  async #askJournal(
    request: ReadRequest,
    asOf: Moment | undefined,
    glance: Glance | undefined,
  ): Promise<Sighting> {
    const askedAt = this.#stores.clock.monotonic();
    const head = await this.#stores.journal.readHead(addressOf(request));
    this.#ways.note(request.principal, request.id, head?.session?.userId, askedAt);
    if (head === undefined) return { head, stale: false, events: undefined };
    const tail = await this.#missingTail(head, request, glance);
    await this.#view.offer({ head, asOf, events: tail });
    return { head, stale: false, events: wantedOf(tail, request.want) };
  }

  /**
   * Events that were wanted and are not in the view, the last ones or all of a short session:
   * appends alone would never bring back those of a session that is only read.
   */
  async #missingTail(head: Head, request: ReadRequest, glance?: Glance): Promise<EventRecord[]> {
    const version = head.session?.version ?? 0;
    if (glance === undefined || glance.events !== undefined || !isRefilled(head, request.want)) {
      return [];
    }
    const afterSeq = Math.max(version - REFILL_EVENTS, 0);
    const range = { uid: head.uid, afterSeq, upToSeq: version, limit: REFILL_EVENTS };
    const events = await this.#stores.journal.readEvents({ ...range, maxBytes: REFILL_BYTES });
    return events.at(-1)?.seq === version ? events : [];
  }

  /**
   * True if a copy of the view can be the answer. Only a living session can, and one that its
   * caller may see: behind another's id, or behind that of a deleted session, may be an
   * `external_id` of the caller, which only the journal can tell. Where it stands under the key of
   * a former owner, nothing newer of it comes there.
   */
  #suits({ head }: Glance, key: LiveKey, { principal, atLeastVersion }: ReadRequest): boolean {
    const { session, deletedAt } = head ?? {};
    if (head === undefined || session === undefined || deletedAt !== undefined) return false;
    if (session.userId !== key.userId || session.version < atLeastVersion) return false;
    const { permission } = accessOf(head, principal, this.#stores.clock.now());
    return permission !== Permission.UNSPECIFIED;
  }
}

/** Not where events are so large on the average that the tail could not hold them. */
function isRefilled({ session }: Head, { eventsAfter, lastEvents }: Want = {}): boolean {
  const { version = 0, logBytes = 0n } = session ?? {};
  const count = Math.min(version, REFILL_EVENTS);
  if (lastEvents === undefined && (eventsAfter === undefined || version > count)) return false;
  return (Number(logBytes) / version) * count <= REFILL_BYTES;
}

function wantedOf(tail: EventRecord[], want: Want = {}): EventRecord[] | undefined {
  const { eventsAfter, lastEvents } = want;
  if (tail.length === 0) return undefined;
  if (eventsAfter !== undefined) return tail.filter(({ seq }) => seq > eventsAfter);
  return lastEvents === undefined ? undefined : tail.slice(-lastEvents);
}

/** A journal that hangs is waited for only so long where a copy is at hand. */
async function withPatience(answer: Promise<Sighting>, stale: Sighting): Promise<Sighting> {
  const { promise, resolve } = Promise.withResolvers<Sighting>();
  const timer = setTimeout(resolve, PATIENCE_MS, stale);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function addressOf(request: { principal: Principal; id: string }): SessionAddress {
  const { tenantId, userId } = request.principal;
  return { tenantId, userId, id: request.id, grantees: granteesOf(request.principal) };
}
