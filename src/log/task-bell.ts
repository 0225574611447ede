import type { TaskRecord } from "../domain/task-record.ts";

/** How many of those who wait look for one task: the first may want another kind. */
const LOOKERS = 4;

/**
 * Wakes those who wait for work when this replica has made some ready. Others look by
 * themselves from time to time, so that nothing depends on it but how soon work begins.
 */
export class TaskBell {
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<() => void>();

  /** Tasks were written; those that workers may have now wake some. */
  ring(tasks: readonly TaskRecord[] = []): void {
    let left = LOOKERS * tasks.filter(({ readyAt }) => readyAt !== undefined).length;
    for (const wake of this.#waiting) {
      if (left-- <= 0) return;
      wake();
    }
  }

  /** Resolves when there may be work, when the time is over, or when nobody waits any more. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#waiting.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }
}
