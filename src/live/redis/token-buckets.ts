import { RATE_KINDS, RATE_SUBJECTS } from "../../domain/plan.ts";
import type { Charge, Payer, Settlement } from "../../domain/rate-limits.ts";
import { rateKeys } from "../keys.ts";
import { TokenTable } from "../token-table.ts";
import type { Gate } from "./gate.ts";
import { type BoundScript, bindScript, type RedisClient } from "./script.ts";
import type { Scripts, take } from "./scripts.ts";
import { type Taken, type TokenLease, TokenLeases } from "./token-leases.ts";

export interface TokenBucketsOptions {
  readonly prefix: string;
  readonly limitMs: number;
  readonly onError: (error: unknown) => void;
}

/** Buckets in Redis; in this process while Redis is away. */
export class TokenBuckets {
  readonly #options: TokenBucketsOptions;
  readonly #gate: Gate;
  readonly #take: BoundScript<(typeof take.keys)[number], never, Taken>;
  readonly #leases = new TokenLeases(() => performance.now());
  readonly #alone = new TokenTable(() => performance.now());

  constructor(
    client: RedisClient,
    scripts: Pick<Scripts, "take">,
    gate: Gate,
    options: TokenBucketsOptions,
  ) {
    this.#options = options;
    this.#gate = gate;
    this.#take = bindScript(client, scripts.take);
  }

  takeTokens(payer: Payer, charges: readonly Charge[]): Settlement | Promise<Settlement> {
    const lease = this.#leases.of(payer);
    return lease.draw(charges) ?? this.#ask(payer, lease, charges);
  }

  async #ask(payer: Payer, lease: TokenLease, charges: readonly Charge[]): Promise<Settlement> {
    const { prefix, limitMs } = this.#options;
    const wants = lease.wants(charges);
    const rest = charges.flatMap((charge, i) => [...numbersOf(charge), wants[i]!]);
    try {
      const keys = rateKeys(prefix, payer);
      const taken = await this.#gate.pass(limitMs, () => this.#take(keys, {}, rest));
      lease.keep(charges, taken);
      return { admitted: taken.admitted, standings: taken.standings };
    } catch (error) {
      // What the script may have taken all the same is lost.
      this.#options.onError(error);
      return this.#alone.take(payer, charges);
    } finally {
      lease.asked();
    }
  }
}

/** A charge as `take.lua` reads it. */
function numbersOf({ limit, cost }: Charge): number[] {
  const { subject, kind, perMinute, burst } = limit;
  return [RATE_SUBJECTS.indexOf(subject) + 1, RATE_KINDS.indexOf(kind) + 1, perMinute, burst, cost];
}
