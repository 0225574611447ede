import { type Partial$, PositionReason } from "../../../gen/parley/v1/watch_pb.js";
import type { Log } from "../log.ts";
import type { WatchRequest } from "../watch-session.ts";
import type { Update } from "../watch-update.ts";
import { ID, OWNER } from "./sessions.ts";

/** A watcher that takes whatever it is told at once. */
export class Watching {
  readonly updates: Update[] = [];
  /** Undefined until the stream ends; then why: an error, or "left" if it ended well. */
  end: unknown;
  readonly #gone = new AbortController();
  readonly #shutdown = new AbortController();

  constructor(log: Log, request: Partial<WatchRequest> = {}) {
    const signals = { signal: this.#gone.signal, shutdown: this.#shutdown.signal };
    const wishes = { afterSeq: undefined, kinds: [], partials: false, untilTerminal: false };
    const watch = { principal: OWNER, id: ID, ...wishes, ...signals, ...request };
    void this.#take(log.watch(watch));
  }

  async #take(updates: AsyncIterable<Update>): Promise<void> {
    try {
      for await (const update of updates) this.updates.push(update);
      this.end = "left";
    } catch (error) {
      this.end = error;
    }
  }

  leave(): void {
    this.#gone.abort();
  }

  stop(): void {
    this.#shutdown.abort();
  }

  /** The seqs of the events, as they came. */
  get seqs(): number[] {
    return this.updates.filter(({ update }) => update.case === "event").map(({ seq }) => seq);
  }

  /** The positions but `OPEN`, as `IDLE 3/3`: resume after this seq, of this version. */
  get positions(): string[] {
    return this.updates.flatMap(({ seq, update }) =>
      update.case === "position" && update.value.reason !== PositionReason.OPEN
        ? [`${PositionReason[update.value.reason]} ${seq}/${update.value.version}`]
        : [],
    );
  }

  get partials(): Partial$[] {
    return this.updates.flatMap(({ update }) => (update.case === "partial" ? [update.value] : []));
  }

  /** Events as their seq, partials as `offset:text`, in the order they came. */
  get story(): (number | string)[] {
    return this.updates.flatMap(({ seq, update }): (number | string)[] => {
      if (update.case === "partial") return [`${update.value.offset}:${update.value.text}`];
      return update.case === "event" ? [seq] : [];
    });
  }
}
