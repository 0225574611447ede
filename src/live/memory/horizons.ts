import { NEVER } from "./rule.ts";

/** 32 KiB. One eviction in 4096 makes an unrelated copy ask the journal once more. */
const BUCKETS = 4096;

/**
 * What the view has forgotten, and until when. A copy asked for before its key
 * was evicted may be older than what was evicted, and is not fresh. One moment
 * per bucket of keys, so that a view under pressure, which evicts all the time,
 * still trusts most of what is offered.
 */
export class Horizons {
  readonly #moments = new Float64Array(BUCKETS).fill(NEVER);

  of(key: string): number {
    return this.#moments[bucket(key)]!;
  }

  raise(key: string, to: number): void {
    this.#moments[bucket(key)] = to;
  }

  raiseAll(to: number): void {
    this.#moments.fill(to);
  }
}

/** FNV-1a. */
function bucket(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
