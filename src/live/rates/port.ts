import type { Charge, Payer, Settlement } from "../../domain/rate-limits.ts";

/** Buckets of tokens that all processes on one store share. */
export interface Rates {
  /**
   * Takes what a call costs of all its buckets, or of none where one has too little. A charge of
   * nothing only asks. A bucket that nobody knows is full.
   *
   * Never rejects: while the store is away each process counts for itself, so that a caller gets
   * at most its limits from each of them. Answers at once where the process has tokens in hand.
   */
  takeTokens(payer: Payer, charges: readonly Charge[]): Settlement | Promise<Settlement>;
}
