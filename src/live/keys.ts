import type { Payer } from "../domain/rate-limits.ts";
import type { LiveKey } from "./port.ts";

/** Default of `openRedisView`'s `prefix`. */
export const DEFAULT_PREFIX = "parley:";

/**
 * A brace would make the prefix itself the hash tag and send every session to
 * one slot.
 * @throws {RangeError}
 */
export function assertPrefix(prefix: string): void {
  if (/[{}]/.test(prefix)) throw new RangeError("a key prefix must not contain braces");
}

/** The keys of one session. All share a hash tag, so a script may touch them together. */
export interface SessionKeys {
  readonly head: string;
  readonly tail: string;
  /** The open message. */
  readonly open: string;
  /** Sharded Pub/Sub channel. */
  readonly wake: string;
}

// This file is the only place that spells a Redis key.

/** `parley:{tenant/session}:user:head`. */
export function sessionKeys(prefix: string, key: LiveKey): SessionKeys {
  const tag = `${prefix}{${escapePart(key.tenantId)}/${escapePart(key.sessionId)}}`;
  const name = `${tag}:${escapePart(key.userId)}`;
  return {
    head: `${name}:head`,
    tail: `${name}:tail`,
    open: `${name}:open`,
    wake: `${name}:wake`,
  };
}

/** Where the buckets are that a caller's calls are charged to. They share a hash tag as well. */
export interface RateKeys {
  readonly tenant: string;
  readonly user: string;
  /** The user's where there is no key, so that a script always has three. */
  readonly key: string;
}

/** `parley:{tenant}:rates:user:name`. */
export function rateKeys(prefix: string, { tenantId, userId, keyId }: Payer): RateKeys {
  const tenant = `${prefix}{${escapePart(tenantId)}}:rates`;
  const user = `${tenant}:user:${escapePart(userId)}`;
  const key = keyId === undefined ? user : `${tenant}:key:${escapePart(keyId)}`;
  return { tenant, user, key };
}

/**
 * Everything but `A-Z a-z 0-9 _ . : -` becomes `%` and its UTF-16 code in four
 * hex digits, so two different ids never meet and none can end the tag. Ids as
 * they are usually made stay readable.
 */
function escapePart(part: string): string {
  return part.replace(
    /[^A-Za-z0-9_.:-]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
