import type { Clock } from "../clock.ts";
import { isAway } from "../domain/errors.ts";

/** How often a journal that is away is asked whether it is back, in milliseconds. */
const PROBE_MS = 250;

/**
 * Remembers that the journal is away. To find that out anew takes a read seconds,
 * which is too long where the live view has an answer that only must be marked.
 */
export class Outage {
  readonly #ping: () => Promise<void>;
  readonly #clock: Clock;
  #away = false;
  #probedAt = 0;

  constructor(ping: () => Promise<void>, clock: Clock) {
    this.#ping = ping;
    this.#clock = clock;
  }

  /** True if the journal was away when it was last asked. Asks again, in the background. */
  get lasts(): boolean {
    if (this.#away && this.#clock.monotonic() - this.#probedAt >= PROBE_MS) this.#probe();
    return this.#away;
  }

  /** Runs a question to the journal and learns from how it ends. */
  async during<T>(question: () => Promise<T>): Promise<T> {
    try {
      const answer = await question();
      this.#away = false;
      return answer;
    } catch (error) {
      if (isAway(error)) this.#away = true;
      throw error;
    }
  }

  #probe(): void {
    this.#probedAt = this.#clock.monotonic();
    this.during(this.#ping).catch(() => undefined);
  }
}
