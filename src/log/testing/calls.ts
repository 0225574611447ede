/** One call of a store, as a test sees it. */
export interface Call {
  /** `journal.readHead`, `live.install`, … */
  readonly name: string;
  readonly args: readonly unknown[];
  /** When it came, on the clock that counts calls; the live view's moments are of the same one. */
  readonly moment: number;
}

/** Every call of both stores, in the order they came. Time goes on by one with each. */
export class Calls {
  readonly all: Call[] = [];
  #now = 0;

  get now(): number {
    return this.#now;
  }

  named(name: string): Call[] {
    return this.all.filter((call) => call.name === name);
  }

  /** What one call was given first. */
  given<T>(name: string, index = 0): T | undefined {
    return this.named(name)[index]?.args[0] as T | undefined;
  }

  /** What was asked of both stores, moments left out: those are at hand. */
  names(): string[] {
    return this.all.map(({ name }) => name).filter((name) => name !== "live.lastMoment");
  }

  /** Begins a new record; time goes on. */
  forget(): void {
    this.all.length = 0;
  }

  /** The same store, its calls recorded. A method that is replaced later is called from then on. */
  record<T extends object>(store: string, answers: T): T {
    return new Proxy(answers, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const moment = ++this.#now;
          this.all.push({ name: `${store}.${String(property)}`, args, moment });
          return value.apply(target, args);
        };
      },
    });
  }
}
