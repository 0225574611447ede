/** What has to be ended, in the reverse order of its start. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];
  #done: Promise<void> | undefined;

  /** True once the end has begun: what fails from now on fails because of it. */
  get begun(): boolean {
    return this.#done !== undefined;
  }

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Can be called again; each step runs once, also after one that failed. */
  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be ended");
  }
}
