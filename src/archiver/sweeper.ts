import type { Logger } from "pino";
import { isAway } from "../domain/errors.ts";

/** One thing that becomes due by itself. */
export interface Chore {
  /** For the log, such as `expire operations`. */
  readonly name: string;
  /** Between two looks, in milliseconds. */
  readonly everyMs: number;
  /** Does one batch of what is due; says how many, and whether there may be more. */
  run(): Promise<{ readonly done: number; readonly more: boolean }>;
}

/** Looks for what is due, again and again, and does it batch by batch. */
export class Sweeper {
  readonly #chore: Chore;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(chore: Chore, logger: Logger) {
    this.#chore = chore;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => this.#begin(), this.#chore.everyMs).unref();
  }

  /** Resolves when a sweep that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Does all that is due now; says how many there were. */
  async sweep(): Promise<number> {
    let total = 0;
    for (let more = true; more && !this.#stopped; ) {
      const batch = await this.#chore.run();
      total += batch.done;
      more = batch.more;
    }
    return total;
  }

  #begin(): void {
    const { name } = this.#chore;
    this.#sweeping ??= this.sweep()
      .then((done) => {
        if (done > 0) this.#logger.debug({ chore: name, done }, "swept");
      })
      .catch((error: unknown) => {
        if (!isAway(error)) this.#logger.error({ chore: name, err: error }, "a sweep failed");
      })
      .finally(() => {
        this.#sweeping = undefined;
      });
  }
}
