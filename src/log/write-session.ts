import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import type { Decision } from "../domain/decision.ts";
import {
  insufficientBalance,
  isAway,
  ParleyError,
  quotaExceeded,
  sessionNotFound,
} from "../domain/errors.ts";
import type { EventRecord } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { ChangeOutcome, Creation, Operation, Receipt } from "../journal/port.ts";
import type { Moment } from "../live/port.ts";
import { type CoherentView, keyOf } from "./coherent-view.ts";
import { readWholeRange } from "./read-events.ts";
import type { SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";
import type { TaskBell } from "./task-bell.ts";
import { Turnstile } from "./turnstile.ts";

export interface WriteRequest {
  readonly principal: Principal;
  readonly id: string;
  readonly operation: Operation;
  /** True if the caller named the operation, so that this may be a retry. */
  readonly retryable: boolean;
  /** True to decide on nothing but what the journal says now. Default false. */
  readonly confirmed?: boolean;
  /** Ids of messages it writes that may have been published in part: nothing more of them is. */
  readonly closes?: readonly string[];
  /**
   * Decides on a head, of whoever's session and in whatever state; throws what
   * it refuses; undefined if there is nothing to write. Called again when the
   * state moved in between.
   */
  decide(head: Head | undefined): Decision | undefined;
}

/** What a write left behind: of a retry, what the first one did. */
export interface Written {
  /** The head after it; undefined for a retry of what did not change the state. */
  readonly head: Head | undefined;
  /** The events it wrote, in their places; empty if there was nothing to write. */
  readonly events: readonly EventRecord[];
}

/** Rounds of "the state moved" after which a write gives up as `version_conflict`. */
const MAX_ROUNDS = 32;

/** Writes to sessions: decides, commits, installs, and decides again on a conflict. */
export class SessionWriter {
  readonly #stores: Stores;
  readonly #view: CoherentView;
  readonly #reader: SessionReader;
  readonly #bell: TaskBell;
  readonly #turnstile = new Turnstile();

  constructor(stores: Stores, view: CoherentView, reader: SessionReader, bell: TaskBell) {
    this.#bell = bell;
    this.#stores = stores;
    this.#view = view;
    this.#reader = reader;
  }

  /**
   * Writes what `decide` says. A head of the live view is good enough to decide
   * on, since the journal takes the write only if the state is still that one;
   * it is not good enough to refuse on, so a refusal is confirmed by the journal.
   */
  async write(request: WriteRequest): Promise<Written> {
    const first = request.confirmed ? Consistency.STRONG : Consistency.LIVE;
    let seen = await this.#look(request, first);
    const line = `${request.principal.tenantId}/${request.id}`;
    if (!this.#mustQueue(line, request, seen)) {
      const next = await this.#round(request, seen);
      if ("written" in next) return next.written;
      seen = next;
    }
    return this.#turnstile.pass(line, () => this.#settleDown(request, seen));
  }

  /**
   * Changes of one state stand in line once two of them have met: if all decided anew at once, all
   * but one would find that the state has moved again.
   */
  #mustQueue(line: string, request: WriteRequest, { head }: Seen): boolean {
    return this.#turnstile.isBusy(line) && attempt(request, head).decision?.state !== undefined;
  }

  async #settleDown(request: WriteRequest, start: Seen): Promise<Written> {
    let seen = start;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (!seen.confirmed || round === 0) seen = await this.#look(request, Consistency.STRONG);
      const next = await this.#round(request, seen);
      if ("written" in next) return next.written;
      seen = next;
    }
    throw new ParleyError("version_conflict", "the session kept changing; try again");
  }

  /** Decides on a head and commits; or says on what is to be decided next. */
  async #round(request: WriteRequest, seen: Seen): Promise<{ written: Written } | Seen> {
    const { decision, refusal } = attempt(request, seen.head);
    if (decision === undefined) {
      if (!seen.confirmed) return seen;
      return { written: await this.#conclude(request, seen.head, refusal) };
    }
    const asOf = this.#view.lastMoment();
    const outcome = await this.#commit(request, seen.head, decision);
    if (outcome.kind === "moved") {
      return { head: outcome.head, confirmed: outcome.head !== undefined };
    }
    if (outcome.kind === "committed") this.#bell.ring(decision.tasks);
    if (outcome.kind === "committed") await this.#tellFormerOwner(seen.head, outcome, asOf);
    return { written: await this.#settle(request, outcome, asOf) };
  }

  /** Who has a session no longer looks for it where it was; what is there must not stay fresh. */
  async #tellFormerOwner(
    before: Head | undefined,
    { head, events }: Extract<ChangeOutcome, { kind: "committed" }>,
    asOf: Moment | undefined,
  ): Promise<void> {
    if (before === undefined || before.session?.userId === head.session?.userId) return;
    await this.#view.offer({ head, asOf, events, under: keyOf(before) });
  }

  /** Creates a session; what happens if its id is taken is the caller's to decide. */
  async create(creation: Creation, retryable: boolean): Promise<Created> {
    const asOf = this.#view.lastMoment();
    const outcome = await this.#stores.journal.createSession(creation);
    switch (outcome.kind) {
      case "committed":
        this.#bell.ring(creation.tasks);
        await this.#view.offer({ head: outcome.head, asOf, events: outcome.events });
        return { head: outcome.head };
      case "repeated":
        return { head: createdHead(outcome.receipt, creation.operation) };
      case "taken": {
        const receipt = retryable
          ? await this.#stores.journal.findReceipt(creation.operation)
          : undefined;
        if (receipt !== undefined) return { head: createdHead(receipt, creation.operation) };
        return { holder: outcome.holder, by: outcome.by };
      }
      case "refused":
        throw outcome.for === "balance" ? insufficientBalance() : quotaExceeded(outcome.for);
    }
  }

  async #look(request: WriteRequest, consistency: Consistency): Promise<Seen> {
    const { principal, id } = request;
    const { head } = await this.#reader.sight({ principal, id, consistency, atLeastVersion: 0 });
    return { head, confirmed: consistency === Consistency.STRONG };
  }

  /** Nothing is to be written: a retry has its first answer, a refusal stands. */
  async #conclude(
    request: WriteRequest,
    head: Head | undefined,
    refusal: unknown,
  ): Promise<Written> {
    const receipt = request.retryable
      ? await this.#stores.journal.findReceipt(request.operation)
      : undefined;
    if (receipt !== undefined) return this.#repeat(request, receipt);
    if (refusal !== undefined) throw refusal;
    if (request.retryable && head !== undefined) return this.#record(request, head);
    return { head, events: [] };
  }

  /** So that a late retry is told what this call was, and changes as little as it did. */
  async #record(request: WriteRequest, head: Head): Promise<Written> {
    const outcome = await this.#commit(request, head, { events: [] });
    if (outcome.kind === "repeated") return this.#repeat(request, outcome.receipt);
    // If it has moved, this came before what moved it; there is no second answer to give.
    return { head, events: [] };
  }

  async #commit(
    request: WriteRequest,
    head: Head | undefined,
    decision: Decision,
  ): Promise<ChangeOutcome> {
    if (head?.session === undefined) throw sessionNotFound();
    const { sameTurn, ...written } = decision;
    const change = {
      operation: request.operation,
      uid: head.uid,
      basedOn: appends(decision)
        ? { gate: head.gateVersion }
        : { state: head.session.stateVersion },
      ...(sameTurn && { atTurn: head.session.turnCount }),
      ...written,
    };
    try {
      return await this.#stores.journal.changeSession(change);
    } catch (error) {
      if (!isAway(error)) this.#view.doubt(head);
      throw error;
    }
  }

  async #settle(
    request: WriteRequest,
    outcome: Exclude<ChangeOutcome, { kind: "moved" }>,
    asOf: Moment | undefined,
  ): Promise<Written> {
    switch (outcome.kind) {
      case "committed":
        // Closed first: who is woken by the offer shall hear no more of them.
        await Promise.all([
          this.#view.closeMessages(outcome.head, request.closes ?? []),
          this.#view.offer({ head: outcome.head, asOf, events: outcome.events }),
        ]);
        return outcome;
      case "repeated":
        return this.#repeat(request, outcome.receipt);
      case "taken":
        throw new ParleyError("session_exists", `another session of yours has this ${outcome.by}`);
    }
  }

  /**
   * The first answer again, from what the first call left in the log. It may be
   * the first of this one, whose commit lost its reply: then nobody has put it
   * into the view yet, so the session is read anew, which does.
   */
  async #repeat(request: WriteRequest, receipt: Receipt): Promise<Written> {
    refuseOther(receipt, request.operation);
    const seen = await this.#look(request, Consistency.STRONG);
    if (seen.head !== undefined) {
      await this.#view.closeMessages(seen.head, request.closes ?? []);
    }
    const { uid, firstSeq, lastSeq, head } = receipt;
    const range = { uid, afterSeq: firstSeq - 1, upToSeq: lastSeq };
    const events = await readWholeRange(this.#stores.journal, range);
    // What it wrote was purged since.
    if (events.length === 0 && lastSeq >= firstSeq) throw sessionNotFound();
    return { head, events };
  }
}

/** True of what adds to the log and leaves the state as it is. */
function appends({ events, state }: Decision): boolean {
  return events.length > 0 && state === undefined;
}

interface Seen {
  readonly head: Head | undefined;
  /** True if the journal said so. */
  readonly confirmed: boolean;
}

/** What became of a creation: the new session, or whoever's has the id. */
export type Created =
  | { readonly head: Head }
  | { readonly holder: Head | "foreign"; readonly by: "session_id" | "external_id" };

/** The answer to a repeated creation. Refuses another request under the same name. */
export function createdHead(receipt: Receipt, operation: Operation): Head {
  refuseOther(receipt, operation);
  // Purges leave receipts behind, without what they held.
  if (receipt.head === undefined) throw sessionNotFound();
  return receipt.head;
}

/** Refuses another request under the name of one that was made. */
export function refuseOther(receipt: Pick<Receipt, "requestHash">, operation: Operation): void {
  if (Buffer.compare(receipt.requestHash, operation.requestHash) === 0) return;
  throw new ParleyError(
    "idempotency_conflict",
    "this request_id was used for another request in the last 24 hours",
  );
}

function attempt(
  request: WriteRequest,
  head: Head | undefined,
): { decision?: Decision | undefined; refusal?: unknown } {
  try {
    return { decision: request.decide(head) };
  } catch (refusal) {
    return { refusal };
  }
}
