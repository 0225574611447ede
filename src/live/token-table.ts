import type { Charge, Payer, Settlement } from "../domain/rate-limits.ts";
import { levelOf, takeTokens, waitMs } from "../domain/token-bucket.ts";

/** The buckets of one process. */
export class TokenTable {
  readonly #milliseconds: () => number;
  /** When each is full again. What was looked at longest ago comes first. */
  readonly #fullAt = new Map<string, number>();

  /** @param milliseconds a clock that never goes back */
  constructor(milliseconds: () => number) {
    this.#milliseconds = milliseconds;
  }

  get size(): number {
    return this.#fullAt.size;
  }

  take(payer: Payer, charges: readonly Charge[]): Settlement {
    const now = this.#milliseconds();
    const names = charges.map(({ limit }) => nameOf(payer, limit));
    const fullAt = (i: number) => this.#fullAt.get(names[i]!) ?? 0;
    const waits = charges.map(({ limit, cost }, i) => waitMs(limit, fullAt(i), cost, now));
    const admitted = waits.every((wait) => wait === 0);
    if (admitted) {
      for (const [i, { limit, cost }] of charges.entries()) {
        if (cost > 0) this.#put(names[i]!, takeTokens(limit, fullAt(i), cost, now));
      }
      this.#forgetFull(now, charges.length + 1);
    }
    const standings = charges.map(({ limit }, i) => ({
      ...levelOf(limit, fullAt(i), now),
      waitMs: waits[i]!,
    }));
    return { admitted, standings };
  }

  clear(): void {
    this.#fullAt.clear();
  }

  #put(name: string, fullAt: number): void {
    this.#fullAt.delete(name);
    this.#fullAt.set(name, fullAt);
  }

  /** Looks at more than a call can add, so that there are never many more than are not full. */
  #forgetFull(now: number, count: number): void {
    let left = count;
    for (const [name, fullAt] of this.#fullAt) {
      if (left-- === 0) return;
      if (fullAt > now) this.#put(name, fullAt);
      else this.#fullAt.delete(name);
    }
  }
}

function nameOf({ tenantId, userId, keyId }: Payer, { subject, kind }: Charge["limit"]): string {
  const owner = { tenant: "", user: userId, key: keyId ?? "" }[subject];
  return `${kind} ${subject} ${tenantId.length} ${tenantId} ${owner}`;
}
