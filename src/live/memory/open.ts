import { DEFAULT_BOUND_MS, DEFAULT_SILENCE_MS, DEFAULT_TAIL, type TailLimits } from "../limits.ts";
import { countingClock, steadyClock } from "./clock.ts";
import type { EntryLimits } from "./entries.ts";
import { MemoryView } from "./view.ts";

export interface OpenMemoryViewOptions {
  /**
   * Staleness bound in ms, default 2000. `Infinity` where no other process can
   * write to the journal and every committed write is installed, in the order of
   * commits, before it is acknowledged: what the view has is then fresh for ever.
   */
  readonly boundMs?: number;
  /** How long an open message stays after its last fragment, ms, default 10 minutes. */
  readonly silenceMs?: number;
  readonly tail?: TailLimits;
  /** Default 256 MiB, and 250,000 sessions. */
  readonly limits?: EntryLimits;
  /** A clock in ms that never goes back. Default: the process' own. */
  readonly milliseconds?: () => number;
  /** Is told what listeners throw. Default: nobody is. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_LIMITS: EntryLimits = { entries: 250_000, bytes: 256 * 1024 * 1024 };

/** @throws {RangeError} if the bound is not a positive number. */
export function openMemoryView(options: OpenMemoryViewOptions = {}): MemoryView {
  const bound = options.boundMs ?? DEFAULT_BOUND_MS;
  if (!(bound >= 1)) throw new RangeError("boundMs: at least 1");
  return new MemoryView({
    bound,
    clock: bound === Number.POSITIVE_INFINITY ? countingClock() : steadyClock(),
    tail: options.tail ?? DEFAULT_TAIL,
    silenceMs: options.silenceMs ?? DEFAULT_SILENCE_MS,
    limits: options.limits ?? DEFAULT_LIMITS,
    milliseconds: options.milliseconds ?? (() => performance.now()),
    onError: options.onError ?? (() => {}),
  });
}
