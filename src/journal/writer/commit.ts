import { outcomeUnknown, ParleyError, unavailable } from "../../domain/errors.ts";
import { failureKind } from "../failure.ts";
import type { Lane } from "../lane.ts";
import type { Receipt } from "../port.ts";
import { findReceipts, receiptOf } from "../receipt.ts";
import type { Pending } from "./pending.ts";

/** Creations or changes: what differs between the two kinds of batch. */
export interface BatchKind<Write> {
  /** Commits what can be committed, resolves it, and returns the other writes. */
  send(lane: Lane, batch: readonly Write[]): Promise<Write[]>;
  /**
   * Resolves writes that were not made and are no repetitions. Returns those
   * which nothing stands in the way of any more.
   */
  explain(lane: Lane, writes: readonly Write[]): Promise<Write[]>;
  /** Settles a write that the database refuses for what it holds. */
  refuse(write: Write, error: unknown): void;
}

export interface CommitOptions {
  readonly lane: Lane;
  readonly clock: () => Date;
  /** Called when the store turned out to be away, so that nothing else waits for it. */
  onAway(error: unknown): void;
}

type AnyPending = Pending<{ readonly kind: "repeated"; readonly receipt: Receipt }>;

/** How often a write is sent, each time in vain, before it is given up as `unavailable`. */
const MAX_ATTEMPTS = 6;

/** Commits batches of one kind on one lane; every write is settled in the end. */
export class Committer<Write extends AnyPending> {
  readonly #kind: BatchKind<Write>;
  readonly #options: CommitOptions;

  constructor(kind: BatchKind<Write>, options: CommitOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** Resolves when every write of the batch is settled; never rejects. */
  async commit(batch: readonly Write[], attempt = 1): Promise<void> {
    if (batch.length === 0) return;
    if (attempt > MAX_ATTEMPTS) return rejectAll(batch, unavailable());
    let unmade: Write[];
    try {
      unmade = await this.#kind.send(this.#options.lane, batch);
    } catch (error) {
      return this.#recover(batch, attempt, error);
    }
    if (unmade.length > 0) await this.#explain(unmade, attempt);
  }

  /** Not made: a repetition is told apart from what else stands in the way. */
  async #explain(writes: readonly Write[], attempt: number): Promise<void> {
    let again: Write[];
    try {
      const others = await this.#resolveRepeated(writes);
      again = await this.#kind.explain(this.#options.lane, others);
    } catch (error) {
      return rejectAll(writes, unavailable(error));
    }
    await this.commit(again, attempt + 1);
  }

  async #recover(batch: readonly Write[], attempt: number, error: unknown): Promise<void> {
    switch (failureKind(error)) {
      case "lost":
        return this.#settleLost(batch, attempt);
      case "locked":
        return this.commit(batch, attempt + 1);
      case "again":
        return this.#split(batch, attempt + 1);
      case "refused":
        if (batch.length > 1) return this.#split(batch, attempt);
        return this.#kind.refuse(batch[0]!, error);
      case "away":
        return this.#giveUp(batch, unavailable(error));
    }
  }

  /**
   * It may or may not have committed. The operations it recorded say which, once
   * its backend is gone; if that cannot be found out, nobody may say "not written".
   */
  async #settleLost(batch: readonly Write[], attempt: number): Promise<void> {
    let unmade: Write[];
    try {
      await this.#options.lane.settle();
      unmade = await this.#resolveRepeated(batch);
    } catch (error) {
      return this.#giveUp(batch, outcomeUnknown(error));
    }
    await this.commit(unmade, attempt + MAX_ATTEMPTS / 2);
  }

  /** Halves keep the order of every session, and find the one write that is to blame. */
  async #split(batch: readonly Write[], attempt: number): Promise<void> {
    if (batch.length === 1) return this.commit(batch, attempt);
    const middle = Math.ceil(batch.length / 2);
    await this.commit(batch.slice(0, middle), attempt);
    await this.commit(batch.slice(middle), attempt);
  }

  async #resolveRepeated(writes: readonly Write[]): Promise<Write[]> {
    const { lane, clock } = this.#options;
    const digests = writes.map((write) => write.digest);
    const receipts = await findReceipts(lane, digests, clock());
    return writes.filter((write) => {
      const row = receipts.get(write.digest.toString("hex"));
      if (row !== undefined) settle(write, () => ({ kind: "repeated", receipt: receiptOf(row) }));
      return row === undefined;
    });
  }

  #giveUp(batch: readonly Write[], error: ParleyError): void {
    rejectAll(batch, error);
    this.#options.onAway(error.cause);
  }
}

/** Settles one write with what was read for it; what cannot be decoded is its own misfortune. */
export function settle<Outcome>(
  write: Pick<Pending<Outcome>, "resolve" | "reject">,
  outcome: () => Outcome,
): void {
  try {
    write.resolve(outcome());
  } catch (error) {
    write.reject(new ParleyError("internal", "the journal failed", { cause: error }));
  }
}

export function rejectAll(
  writes: readonly { reject(error: ParleyError): void }[],
  error: ParleyError,
): void {
  for (const write of writes) write.reject(error);
}

/** The answer to a write that no retry would help. */
export function refusal(error: unknown): ParleyError {
  return new ParleyError("internal", "the journal refused a write", { cause: error });
}
