import type { RateLimit } from "../../domain/plan.ts";
import type { Charge, Payer, Settlement, Standing } from "../../domain/rate-limits.ts";

/** How long tokens that are not used stay in hand, ms. Then they are lost. */
const LEASE_MS = 1_000;
/** How many calls of a payer within that time make it worth to have tokens in hand. */
const BUSY_CALLS = 8;
/** Most payers that are remembered. */
const MAX_LEASES = 10_000;

/** What the script said, and how many tokens more it took to be had in hand. */
export interface Taken extends Settlement {
  /** In the order of the charges. */
  readonly lent: readonly number[];
}

/** What is in hand of one bucket. */
interface Holding {
  spent: number;
  left: number;
  standing: Standing;
}

/** What a process has in hand for the calls of one payer. */
export class TokenLease {
  readonly #holdings = new Map<RateLimit, Holding>();
  /** What was spent of each before, if it was much. */
  readonly #before: ReadonlyMap<RateLimit, number> | undefined;
  #calls = 0;
  #asking = false;

  /** @param before what was in hand just before, which says how much is used */
  constructor(before?: TokenLease) {
    if (before?.isBusy !== true) return;
    this.#before = new Map([...before.#holdings].map(([limit, { spent }]) => [limit, spent]));
  }

  get isBusy(): boolean {
    return this.#calls > BUSY_CALLS;
  }

  /** Takes what is charged of what is in hand, if that is enough. */
  draw(charges: readonly Charge[]): Settlement | undefined {
    this.#calls++;
    const holdings = charges.map(({ limit }) => this.#holdings.get(limit));
    const covers = ({ cost }: Charge, i: number) => cost > 0 && (holdings[i]?.left ?? 0) >= cost;
    if (!charges.every(covers)) return undefined;
    const standings = charges.map(({ cost }, i) => {
      const holding = holdings[i]!;
      holding.left -= cost;
      holding.spent += cost;
      // Nobody else can have what is in hand, so it counts as remaining.
      const { remaining } = holding.standing;
      return { ...holding.standing, remaining: remaining + holding.left };
    });
    return { admitted: true, standings };
  }

  /**
   * How much more is to be asked for than is charged: as much as was used of late. Nothing for a
   * payer that does not call often, since what is left over is lost; and once at a time.
   */
  wants(charges: readonly Charge[]): number[] {
    if (this.#asking || !(this.isBusy || this.#before)) return charges.map(() => 0);
    this.#asking = true;
    return charges.map(({ limit }) => {
      const spent = this.#holdings.get(limit)?.spent ?? 0;
      return Math.max(this.isBusy ? spent : 0, (this.#before?.get(limit) ?? 0) - spent);
    });
  }

  keep(charges: readonly Charge[], { admitted, standings, lent }: Taken): void {
    for (const [i, { limit, cost }] of charges.entries()) {
      const holding = this.#holdings.get(limit) ?? { spent: 0, left: 0, standing: standings[i]! };
      holding.standing = standings[i]!;
      holding.left += lent[i]!;
      if (admitted) holding.spent += cost;
      this.#holdings.set(limit, holding);
    }
  }

  asked(): void {
    this.#asking = false;
  }
}

/** What a process has in hand for whom. */
export class TokenLeases {
  readonly #milliseconds: () => number;
  readonly #leases = new Map<string, { readonly lease: TokenLease; readonly since: number }>();

  constructor(milliseconds: () => number) {
    this.#milliseconds = milliseconds;
  }

  of({ tenantId, userId, keyId = "" }: Payer): TokenLease {
    const now = this.#milliseconds();
    const name = `${tenantId.length} ${tenantId} ${userId.length} ${userId} ${keyId}`;
    const held = this.#leases.get(name);
    if (held !== undefined && now - held.since < LEASE_MS) return held.lease;
    const lease = new TokenLease(held && now - held.since < 2 * LEASE_MS ? held.lease : undefined);
    this.#leases.delete(name);
    this.#leases.set(name, { lease, since: now });
    this.#dropOldest();
    return lease;
  }

  #dropOldest(): void {
    if (this.#leases.size <= MAX_LEASES) return;
    for (const oldest of this.#leases.keys()) {
      this.#leases.delete(oldest);
      return;
    }
  }
}
