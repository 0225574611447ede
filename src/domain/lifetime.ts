import { type Duration, type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { ExtendSessionRequest } from "../../gen/parley/v1/session_lifetime_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { expiresAt } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { DEFAULT_TTL_MS, durationMs, ttlMs } from "./session.ts";

/** Longest a session can exist from now, in milliseconds: 3,650 days. */
export const MAX_TTL_MS = 3_650 * 86_400_000;

/**
 * The least a touch must gain to be written, in milliseconds, or a hundredth of
 * the ttl if that is less: a caller that touches with every read would else write
 * with every read.
 */
const MIN_GAIN_MS = 60_000;

/** Until when a session exists, and from a touch on. */
export interface Lifetime {
  readonly expiresAt: Date;
  readonly ttlMs: number;
}

/** The lifetime after a touch; undefined if it is as good as before. */
export function touched(session: Session, now: Date): Lifetime | undefined {
  const ttl = session.ttl === undefined ? DEFAULT_TTL_MS : durationMs(session.ttl);
  const until = now.getTime() + ttl;
  const gain = until - expiresAt(session);
  if (gain < Math.min(MIN_GAIN_MS, ttl / 100)) return undefined;
  return { expiresAt: new Date(until), ttlMs: ttl };
}

/** What an extension asks for, checked as far as it can be without the session. */
export interface Extension {
  readonly until: (now: Date) => Date;
  readonly ttlMs: number | undefined;
  readonly allowShorten: boolean;
}

export function extensionOf(request: ExtendSessionRequest, now: Date): Extension {
  const { allowShorten, expiresAt: given } = request;
  if (given !== undefined) {
    const end = endOf(given, now);
    return { until: () => end, ttlMs: undefined, allowShorten };
  }
  const ttl = ttlMs(request) ?? DEFAULT_TTL_MS;
  return { until: (from) => new Date(from.getTime() + ttl), ttlMs: ttl, allowShorten };
}

function endOf(given: Timestamp, now: Date): Date {
  const end = timestampDate(given);
  if (end.getTime() <= now.getTime()) throw invalidArgument("expires_at", "must be in the future");
  if (end.getTime() - now.getTime() > MAX_TTL_MS) {
    throw invalidArgument("expires_at", "must not be more than 3,650 days from now");
  }
  return end;
}

/** The lifetime after an extension; undefined if nothing changes. */
export function extended(session: Session, extension: Extension, now: Date): Lifetime | undefined {
  const held = expiresAt(session);
  const wished = extension.until(now).getTime();
  const end = extension.allowShorten ? wished : Math.max(held, wished);
  const ttl = session.ttl === undefined ? DEFAULT_TTL_MS : durationMs(session.ttl);
  const nextTtl = extension.ttlMs ?? ttl;
  if (end === held && nextTtl === ttl) return undefined;
  return { expiresAt: new Date(end), ttlMs: nextTtl };
}

/** Until when a session exists that is taken back now: for so long, else for its own ttl. */
export function lifetimeFrom(session: Session, given: Duration | undefined, now: Date): Date {
  const ttl = given ?? session.ttl;
  return new Date(now.getTime() + (ttl === undefined ? DEFAULT_TTL_MS : durationMs(ttl)));
}
