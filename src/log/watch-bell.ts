import type { Alarm } from "./alarm.ts";

/** Watchers that are woken before the process turns to something else. */
const WATCHERS_PER_TURN = 32;

/** Lets everything else that waits have its turn: I/O, timers, other sessions. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Wakes the watchers of a session, some at a time: telling a thousand of them
 * over gRPC takes 60 ms, in which a store's answer would wait. What comes during
 * a round is told in the next, so that those who are told late are told of more
 * at once.
 */
export class Bell {
  /** And whether they want partials. */
  readonly #watchers = new Map<Alarm, boolean>();
  #wanted: "nobody" | "partials" | "all" = "nobody";
  #ringing = false;

  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: Alarm, partials: boolean): void {
    this.#watchers.set(watcher, partials);
  }

  /** @returns whether it wanted partials. */
  remove(watcher: Alarm): boolean {
    const partials = this.#watchers.get(watcher) ?? false;
    this.#watchers.delete(watcher);
    return partials;
  }

  /** Wakes all, or those who want partials. */
  ring(who: "partials" | "all"): void {
    if (this.#wanted !== "all") this.#wanted = who;
    if (!this.#ringing) void this.#rounds();
  }

  async #rounds(): Promise<void> {
    this.#ringing = true;
    while (this.#wanted !== "nobody") {
      const all = this.#wanted === "all";
      this.#wanted = "nobody";
      let rung = 0;
      for (const [watcher, partials] of this.#watchers) {
        if (!all && !partials) continue;
        watcher.ring();
        if (++rung % WATCHERS_PER_TURN === 0) await nextTurn();
      }
    }
    this.#ringing = false;
  }
}
