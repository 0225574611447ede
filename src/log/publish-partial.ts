import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { admit } from "../domain/access.ts";
import { ParleyError } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import type { Fragment } from "../live/port.ts";
import type { CoherentView } from "./coherent-view.ts";
import type { SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";

export interface PartialRequest {
  readonly principal: Principal;
  readonly id: string;
  readonly fragment: Fragment;
}

/** How long a publisher is let in by a head that was read before, in milliseconds. */
const ADMISSION_MS = 1000;
/** How many sessions' heads are remembered. */
const MOST_ADMISSIONS = 10_000;
/** Rounds of "the head has moved" after which a fragment is given up: it is no loss. */
const MAX_ROUNDS = 8;

/** A head that let its reader in, without what is large and lets nobody in. */
interface Admission {
  readonly head: Head;
  readonly until: number;
}

/**
 * Publishes fragments of messages. Who may write may publish, and a fragment
 * costs one round trip: the head that let its publisher in is remembered for a
 * second, and the view takes the fragment only if it has no newer one.
 */
export class PartialPublisher {
  readonly #stores: Stores;
  readonly #view: CoherentView;
  readonly #reader: SessionReader;
  /** The one used last comes last. */
  readonly #admissions = new Map<string, Admission>();

  constructor(stores: Stores, view: CoherentView, reader: SessionReader) {
    this.#stores = stores;
    this.#view = view;
    this.#reader = reader;
  }

  /**
   * Where the text so far ends, in UTF-16 code units; 0 if that is not known, or
   * if the message is in the log already.
   * @throws {ParleyError} `partial_gap`, or what a write would be refused for.
   */
  async publish(request: PartialRequest): Promise<number> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const head = await this.#admit(request, round > 0);
      const publication = await this.#view.publish(head, request.fragment);
      if (publication?.kind === "moved") continue;
      if (publication?.kind === "gap") throw gap(publication.end);
      return publication?.kind === "taken" ? publication.end : 0;
    }
    return 0;
  }

  async #admit(request: PartialRequest, moved: boolean): Promise<Head> {
    const { principal, id } = request;
    const name = JSON.stringify([principal.tenantId, principal.userId, id]);
    const { clock } = this.#stores;
    const known = this.#admissions.get(name);
    this.#admissions.delete(name);
    if (known !== undefined && !moved && clock.monotonic() < known.until) {
      admit(known.head, principal, clock.now(), Permission.EDIT);
      this.#admissions.set(name, known);
      return known.head;
    }
    const until = clock.monotonic() + Math.min(ADMISSION_MS, this.#stores.stalenessMs);
    const needed = Permission.EDIT;
    const fresh = { consistency: Consistency.LIVE, atLeastVersion: 0 };
    const { head } = await this.#reader.read({ principal, id, ...fresh, needed });
    this.#remember(name, { head: withoutContent(head), until });
    return head;
  }

  #remember(name: string, admission: Admission): void {
    this.#admissions.set(name, admission);
    if (this.#admissions.size <= MOST_ADMISSIONS) return;
    for (const oldest of this.#admissions.keys()) {
      this.#admissions.delete(oldest);
      return;
    }
  }
}

function withoutContent({ state: _, ...head }: Head): Head {
  if (head.session === undefined) return head;
  const { context: _c, metadata: _m, ...session } = head.session;
  return { ...head, session };
}

function gap(end: number): ParleyError {
  return new ParleyError(
    "partial_gap",
    `offset: what comes before it was not published; the text so far ends at ${end}`,
  );
}
