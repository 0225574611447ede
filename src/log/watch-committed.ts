import type { WatchedEvent } from "./watch-update.ts";

/** How many messages are remembered. */
const MOST = 1024;

/** Which messages of a session a hub has seen in the log, and how far back it would know. */
export class CommittedMessages {
  /** Seq by message id, in the order of seqs. */
  readonly #seqs = new Map<string, number>();
  #knownAfter: number;

  /** Knows of nothing up to this version. */
  constructor(version: number) {
    this.#knownAfter = version;
  }

  /** Every message after this seq that was added is remembered. */
  get knownAfter(): number {
    return this.#knownAfter;
  }

  /** Takes events in their order. */
  add({ seq, messageId }: WatchedEvent): void {
    if (messageId === undefined) return;
    this.#seqs.delete(messageId);
    this.#seqs.set(messageId, seq);
    if (this.#seqs.size <= MOST) return;
    for (const [oldest, at] of this.#seqs) {
      this.#seqs.delete(oldest);
      this.#knownAfter = Math.max(this.#knownAfter, at);
      return;
    }
  }

  /** Takes all events after a seq that come before those it knows of. */
  addEarlier(afterSeq: number, events: readonly WatchedEvent[]): void {
    for (const { messageId, seq } of events) {
      if (messageId !== undefined && !this.#seqs.has(messageId)) this.#seqs.set(messageId, seq);
    }
    this.#knownAfter = Math.min(this.#knownAfter, afterSeq);
  }

  has(messageId: string): boolean {
    return this.#seqs.has(messageId);
  }
}
