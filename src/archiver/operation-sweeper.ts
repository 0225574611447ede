import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { isAway } from "../domain/errors.ts";
import type { Journal } from "../journal/port.ts";

/** Between two sweeps, in milliseconds. */
const SWEEP_MS = 60_000;
/** Operations forgotten by one statement, so that none holds its locks for long. */
const BATCH = 1000;

/** Forgets the operations of more than 24 hours ago, batch by batch. */
export class OperationSweeper {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(journal: Journal, clock: Clock, logger: Logger) {
    this.#journal = journal;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => this.#begin(), SWEEP_MS).unref();
  }

  /** Resolves when a sweep that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Forgets what is due now; says how many there were. */
  async sweep(): Promise<number> {
    let forgotten = 0;
    for (let batch = BATCH; batch === BATCH && !this.#stopped; forgotten += batch) {
      batch = await this.#journal.expireOperations(this.#clock.now(), BATCH);
    }
    return forgotten;
  }

  #begin(): void {
    this.#sweeping ??= this.sweep()
      .then((forgotten) => {
        if (forgotten > 0) this.#logger.debug({ forgotten }, "operations expired");
      })
      .catch((error: unknown) => {
        if (!isAway(error)) this.#logger.error({ err: error }, "expiring operations failed");
      })
      .finally(() => {
        this.#sweeping = undefined;
      });
  }
}
