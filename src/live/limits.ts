import type { Copy } from "./port.ts";

/** Default staleness bound, ms. */
export const DEFAULT_BOUND_MS = 2_000;

/** How long a session stays that nothing is said of, ms. */
export const DEFAULT_RESIDENCY_MS = 3_600_000;

/** How long an open message and the ids of closed ones stay after the last word of them, ms. */
export const DEFAULT_SILENCE_MS = 600_000;

/** How many closed messages of a session are remembered, the latest ones. */
export const CLOSED_MESSAGES = 32;

/** How many events a view keeps of a session, and how many bytes of them. */
export interface TailLimits {
  readonly events: number;
  readonly bytes: number;
}

export const DEFAULT_TAIL: TailLimits = { events: 128, bytes: 1024 * 1024 };

/** A view may write it into a line with other things. */
const UID = /^\S{1,64}$/;

/** Version of the session a copy is of. */
export function versionOf(copy: Copy): number {
  const version = copy.head.session?.version;
  if (version === undefined || version < 1 || !UID.test(copy.head.uid)) {
    throw new RangeError("a copy needs a head with a uid and a version");
  }
  return version;
}

/**
 * The last events of a copy that fit the limits.
 * @throws {RangeError} if the events are not consecutive up to the head's version.
 */
export function newestEvents({ events, head }: Copy, limits: TailLimits): Copy["events"] {
  let bytes = 0;
  let first = events.length;
  for (let seq = head.session?.version ?? 0; first > 0; first--, seq--) {
    const event = events[first - 1]!;
    if (event.seq !== seq) throw new RangeError("a copy's events end at its head's version");
    bytes += event.bytes.length;
    if (bytes > limits.bytes || events.length - first >= limits.events) break;
  }
  return events.slice(first);
}
