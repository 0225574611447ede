/** Lets callers through one by one, in the order they came, for each key. */
export class Turnstile {
  readonly #last = new Map<string, Promise<unknown>>();

  /** True while somebody of this key is on the way through. */
  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  async pass<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(run, run);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
