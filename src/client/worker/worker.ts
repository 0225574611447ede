import { claimTasks } from "./claim-loop.ts";
import { type Claimed, giveBackUnstarted, JobRun } from "./job-run.ts";
import { type Settings, settingsOf, type WorkerOptions } from "./settings.ts";

const DEFAULT_GRACE_MS = 20_000;

export interface StopOptions {
  /** How long tasks may take to come to their end, in milliseconds. Default 20,000. */
  readonly graceMs?: number;
}

/** Claims tasks and has them worked on. */
export interface Worker {
  readonly workerId: string;
  /** Begins to claim; again: nothing. */
  start(): void;
  /**
   * Claims no more, waits for what is worked on, and gives back what is not done after the
   * grace. Again, with a shorter grace: hurries.
   */
  stop(options?: StopOptions): Promise<void>;
  /** Resolves when it has stopped. Nothing that goes wrong ends it before. */
  readonly done: Promise<void>;
}

/** @throws RangeError on options that cannot be */
export function createWorker(options: WorkerOptions): Worker {
  return new TaskWorker(settingsOf(options));
}

class TaskWorker implements Worker {
  readonly #settings: Settings;
  readonly #runs = new Set<JobRun>();
  readonly #stopping = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();
  #started = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get workerId(): string {
    return this.#settings.workerId;
  }

  get done(): Promise<void> {
    return this.#stopped.promise;
  }

  start(): void {
    if (this.#started || this.#stopping.signal.aborted) return;
    this.#started = true;
    this.#work().then(this.#stopped.resolve, this.#stopped.reject);
  }

  stop({ graceMs = DEFAULT_GRACE_MS }: StopOptions = {}): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    if (!this.#started) this.#stopped.resolve();
    const timer = setTimeout(() => this.#giveBack(), graceMs);
    return this.done.finally(() => clearTimeout(timer));
  }

  async #work(): Promise<void> {
    const slots = { free: () => this.#free(), take: (claimed: Claimed) => this.#take(claimed) };
    const late = await claimTasks(this.#settings, slots, this.#stopping.signal);
    if (late !== undefined) await giveBackUnstarted(late, this.#settings);
    await Promise.all([...this.#runs].map((run) => run.done));
  }

  async #free(): Promise<void> {
    const { concurrency } = this.#settings;
    while (this.#runs.size >= concurrency && !this.#stopping.signal.aborted) {
      await this.#changed.promise;
    }
  }

  #take(claimed: Claimed): void {
    const run = new JobRun(claimed, this.#settings);
    this.#runs.add(run);
    run.done.finally(() => {
      this.#runs.delete(run);
      this.#wake();
    });
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #giveBack(): void {
    for (const run of this.#runs) run.giveBack();
  }
}
