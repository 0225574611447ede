import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { quotaExceeded, sessionNotFound } from "../domain/errors.ts";
import type { NewEvent } from "../domain/event.ts";
import { forkPlace } from "../domain/fork.ts";
import type { Principal } from "../domain/principal.ts";
import type { Operation } from "../journal/port.ts";
import type { CoherentView } from "./coherent-view.ts";
import type { SessionReader } from "./read-session.ts";
import { readPastHead } from "./read-state.ts";
import type { Stores } from "./stores.ts";
import { type Created, createdHead } from "./write-session.ts";

export interface ForkRequest {
  readonly principal: Principal;
  /** Of the original: `session_id` or `external_id`. */
  readonly id: string;
  /** The last event of the copy. Undefined: the last one there is. */
  readonly atSeq: number | undefined;
  readonly operation: Operation;
  /** True if the caller named the operation, so that this may be a retry. */
  readonly retryable: boolean;
  /** How many living sessions the caller may have, with the copy; undefined: any number. */
  readonly maxSessions?: number | undefined;
  /** What the fork begins with, given the original as it was right after that event. */
  begin(original: Head, seq: number): { head: Head; event: NewEvent };
}

/** Copies a session; what happens if the new id is taken is the caller's to decide. */
export class SessionForker {
  readonly #stores: Stores;
  readonly #view: CoherentView;
  readonly #reader: SessionReader;

  constructor(stores: Stores, view: CoherentView, reader: SessionReader) {
    this.#stores = stores;
    this.#view = view;
    this.#reader = reader;
  }

  /** The original is asked of the journal, since its end is what is copied up to. */
  async fork(request: ForkRequest): Promise<Created> {
    const { journal } = this.#stores;
    const { operation, principal, id, maxSessions } = request;
    // First, since a retry gets its first answer even where it would be refused by now.
    const receipt = request.retryable ? await journal.findReceipt(operation) : undefined;
    if (receipt !== undefined) return { head: createdHead(receipt, operation) };
    const consistency = Consistency.STRONG;
    const reading = await this.#reader.read({ principal, id, consistency, atLeastVersion: 0 });
    const seq = forkPlace(reading.session, request.atSeq);
    const past = await readPastHead(journal, reading, seq);
    const { head, event } = request.begin(past.head, seq);
    const asOf = this.#view.lastMoment();
    const from = { uid: reading.head.uid, seq };
    const outcome = await journal.forkSession({
      ...{ operation, from, head, event },
      ...(maxSessions !== undefined && { maxSessions }),
    });
    switch (outcome.kind) {
      case "committed":
        await this.#view.offer({ head: outcome.head, asOf, events: outcome.events });
        return { head: outcome.head };
      case "repeated":
        return { head: createdHead(outcome.receipt, operation) };
      case "taken":
        return { holder: outcome.holder, by: outcome.by };
      case "refused":
        throw quotaExceeded(outcome.for);
      case "gone":
        throw sessionNotFound();
    }
  }
}
