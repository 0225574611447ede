import { ReplyError } from "ioredis";
import { LiveViewAway } from "../port.ts";

export interface GateOptions {
  /** Asks Redis for a sign of life; gets its own time limit from the gate. */
  readonly probe: () => Promise<void>;
  /** Time limit of a probe, and the pause between two while the gate is shut, ms. */
  readonly probeEveryMs: number;
}

/**
 * Stands before every command. A command that is not answered in time, or whose
 * connection fails, shuts the gate: from then on all fail at once, until a probe
 * is answered. So a Redis that stalls costs its callers one time limit and not
 * one each.
 */
export class Gate {
  readonly #options: GateOptions;
  #shutBy: unknown;
  #shut = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Runs a command. Rejects with `LiveViewAway`, at once while the gate is shut,
   * else within the time limit.
   */
  async pass<T>(limitMs: number, command: () => Promise<T>): Promise<T> {
    if (this.#shut || this.#closed) throw away(this.#shutBy);
    try {
      return await withinTime(limitMs, command());
    } catch (error) {
      // An error Redis itself answered with costs no time: the gate stays open.
      if (!isErrorReply(error)) this.shut(error);
      throw away(error);
    }
  }

  /** Shuts the gate until a probe is answered. */
  shut(cause: unknown): void {
    if (this.#shut || this.#closed) return;
    this.#shut = true;
    this.#shutBy = cause;
    this.#probeSoon();
  }

  /** For when there is reason to think that Redis is back. */
  probeNow(): void {
    if (!this.#shut || this.#closed) return;
    clearTimeout(this.#timer);
    void this.#probe();
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #probeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#probe(), this.#options.probeEveryMs);
  }

  async #probe(): Promise<void> {
    try {
      await withinTime(this.#options.probeEveryMs, this.#options.probe());
      this.#shut = false;
      this.#shutBy = undefined;
    } catch (error) {
      this.#shutBy = error;
      if (!this.#closed) this.#probeSoon();
    }
  }
}

/**
 * Rejects if the promise has not settled in time. A process that was busy itself
 * finds its timer due and the answer unread: so the answers that are there are
 * read first.
 */
export function withinTime<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`Redis did not answer within ${limitMs} ms`)));
    }, limitMs);
    promise.then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

function away(cause: unknown): LiveViewAway {
  return cause instanceof LiveViewAway
    ? cause
    : new LiveViewAway("the live view cannot be reached", { cause });
}

function isErrorReply(error: unknown): boolean {
  return error instanceof ReplyError;
}
