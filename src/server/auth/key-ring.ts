import { timingSafeEqual } from "node:crypto";
import { isActive, type StoredKey } from "../../domain/api-key.ts";
import { isAway } from "../../domain/errors.ts";
import { hashOf, prefixOf } from "../../key-secret.ts";

export interface KeyRingOptions {
  /** The keys whose secrets begin so. */
  readonly find: (prefix: string) => Promise<readonly StoredKey[]>;
  readonly now: () => Date;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/**
 * How long what was found counts. With the time between two looks at a stream
 * (`watch-credential.ts`) a revocation is known within a second.
 */
const FRESH_MS = 400;
/**
 * How long a key counts that was good, while the journal cannot be asked: nobody can revoke one then,
 * unless it is only from here that the journal is away.
 */
const REMEMBERED_MS = 600_000;
const MAX_KEYS = 10_000;

/** A key that was found, and when it was asked for. */
interface Held {
  readonly stored: StoredKey;
  readonly askedAt: number;
}

/** Keys that callers have shown, as the journal had them less than a second ago. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** The key of a secret, if it works now. */
  find(secret: string): StoredKey | undefined | Promise<StoredKey | undefined> {
    return this.findByHash(prefixOf(secret), hashOf(secret));
  }

  findByHash(prefix: string, hash: Buffer): StoredKey | undefined | Promise<StoredKey | undefined> {
    const name = hash.toString("base64");
    const held = this.#held.get(name);
    if (held !== undefined && this.#age(held) < FRESH_MS) return this.#ifActive(held.stored);
    // Each asks for itself, since nobody may be told what was true before it came; the journal makes
    // one query of what comes together.
    return this.#ask(name, prefix, hash);
  }

  async #ask(name: string, prefix: string, hash: Buffer): Promise<StoredKey | undefined> {
    const askedAt = this.#options.monotonic();
    try {
      const candidates = await this.#options.find(prefix);
      const stored = candidates.find((candidate) => isSame(candidate.hash, hash));
      if (stored !== undefined) this.#keep(name, { stored, askedAt });
      else this.#held.delete(name);
      return stored && this.#ifActive(stored);
    } catch (error) {
      const held = this.#held.get(name);
      if (!isAway(error) || held === undefined || this.#age(held) > REMEMBERED_MS) throw error;
      return this.#ifActive(held.stored);
    }
  }

  #keep(name: string, held: Held): void {
    const other = this.#held.get(name);
    if (other !== undefined && other.askedAt > held.askedAt) return;
    this.#held.delete(name);
    this.#held.set(name, held);
    if (this.#held.size <= MAX_KEYS) return;
    // The one that was asked for longest ago comes first.
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest);
      return;
    }
  }

  #age({ askedAt }: Held): number {
    return this.#options.monotonic() - askedAt;
  }

  #ifActive(stored: StoredKey): StoredKey | undefined {
    return isActive(stored.key, this.#options.now()) ? stored : undefined;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
