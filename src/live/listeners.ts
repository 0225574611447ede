import type { PublishedFragment, WakeListener } from "./port.ts";

/** One subscription; the same listener may have several. */
export interface Seat {
  readonly listener: WakeListener;
}

/** Who listens to what. A listener that throws never keeps another from hearing. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Seat>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(channel: string, listener: WakeListener): Seat {
    const seat = { listener };
    const seats = this.#byChannel.get(channel);
    if (seats === undefined) this.#byChannel.set(channel, new Set([seat]));
    else seats.add(seat);
    return seat;
  }

  /** @returns true if it was the last one of the channel. */
  remove(channel: string, seat: Seat): boolean {
    const seats = this.#byChannel.get(channel);
    if (!seats?.delete(seat) || seats.size > 0) return false;
    return this.#byChannel.delete(channel);
  }

  wake(channel: string, uid: string, version: number): void {
    this.#each(channel, (listener) => listener.woken(uid, version));
  }

  tell(channel: string, uid: string, fragment: PublishedFragment): void {
    this.#each(channel, (listener) => listener.told(uid, fragment));
  }

  lose(channel: string): void {
    this.#each(channel, (listener) => listener.lost());
  }

  #each(channel: string, tell: (listener: WakeListener) => void): void {
    for (const { listener } of [...(this.#byChannel.get(channel) ?? [])]) {
      try {
        tell(listener);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
