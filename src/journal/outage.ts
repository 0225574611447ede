/** How often a store that is away is asked whether it is back, in milliseconds. */
const PROBE_MS = 250;

/**
 * Remembers that the store is away. A call that finds it out anew takes seconds;
 * the first ones do, which bridges a short restart, and the rest are refused at
 * once until a probe in the background succeeds.
 */
export class Outage {
  readonly #probe: () => Promise<unknown>;
  #lasts = false;
  #timer: NodeJS.Timeout | undefined;

  /** `probe` resolves if the store is back. */
  constructor(probe: () => Promise<unknown>) {
    this.#probe = probe;
  }

  get lasts(): boolean {
    return this.#lasts;
  }

  begin(): void {
    this.#lasts = true;
    this.#timer ??= setTimeout(() => void this.#look(), PROBE_MS).unref();
  }

  end(): void {
    this.#lasts = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const back = await this.#probe().then(
      () => true,
      () => false,
    );
    if (!this.#lasts) return;
    this.#timer = undefined;
    if (back) this.end();
    else this.begin();
  }
}
