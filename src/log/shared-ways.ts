import type { Principal } from "../domain/principal.ts";

/** How many are remembered, those that were used last. */
const MOST = 10_000;

interface Way {
  readonly owner: string;
  readonly until: number;
}

/**
 * Whose session an id names, where it is one that is shared with its caller: the live view has it
 * under its owner. The journal says so, and is asked again after the staleness bound, because the
 * caller may have got a session of its own by that name since. What the caller may do there is the
 * head's to say, each time.
 */
export class SharedWays {
  readonly #now: () => number;
  readonly #boundMs: number;
  /** The one used last comes last. */
  readonly #ways = new Map<string, Way>();

  constructor(now: () => number, boundMs: number) {
    this.#now = now;
    this.#boundMs = boundMs;
  }

  /** The owner, and whether the journal has said so just now; undefined if nothing is known. */
  find(principal: Principal, id: string): { owner: string; sure: boolean } | undefined {
    if (this.#ways.size === 0) return undefined;
    const way = this.#ways.get(nameOf(principal, id));
    return way && { owner: way.owner, sure: this.#now() < way.until };
  }

  /** @param askedAt when the journal was asked, on the clock that was given */
  note(principal: Principal, id: string, owner: string | undefined, askedAt: number): void {
    const name = nameOf(principal, id);
    this.#ways.delete(name);
    if (owner === undefined || owner === principal.userId) return;
    this.#ways.set(name, { owner, until: askedAt + this.#boundMs });
    if (this.#ways.size <= MOST) return;
    for (const oldest of this.#ways.keys()) {
      this.#ways.delete(oldest);
      return;
    }
  }
}

function nameOf({ tenantId, userId }: Principal, id: string): string {
  return JSON.stringify([tenantId, userId, id]);
}
