import type { HeldCopy } from "./rule.ts";
import type { Tail } from "./tail.ts";

/** What the view has of one session. */
export interface Entry extends HeldCopy {
  readonly rewriteSeq: number;
  /** The `Head`, encoded. */
  readonly blob: Uint8Array;
  readonly tail: Tail;
}

export interface EntryLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Objects, map slots and strings around the bytes of an entry and of an event, about. */
const ENTRY_OVERHEAD = 600;

/** Entries by key, the least recently used ones dropped where there are too many. */
export class Entries {
  /** In the order of use: a map keeps the order in which keys were set. */
  readonly #byKey = new Map<string, { readonly entry: Entry; readonly bytes: number }>();
  readonly #limits: EntryLimits;
  readonly #onEvict: (key: string) => void;
  #bytes = 0;

  constructor(limits: EntryLimits, onEvict: (key: string) => void) {
    this.#limits = limits;
    this.#onEvict = onEvict;
  }

  get bytes(): number {
    return this.#bytes;
  }

  peek(key: string): Entry | undefined {
    return this.#byKey.get(key)?.entry;
  }

  /** Makes it the most recently used one. */
  use(key: string): Entry | undefined {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, slot);
    return slot.entry;
  }

  put(key: string, entry: Entry): void {
    this.#bytes -= this.#byKey.get(key)?.bytes ?? 0;
    this.#byKey.delete(key);
    const bytes = ENTRY_OVERHEAD + 2 * key.length + entry.blob.length + entry.tail.bytes;
    this.#byKey.set(key, { entry, bytes });
    this.#bytes += bytes;
    this.#evict();
  }

  drop(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return;
    this.#byKey.delete(key);
    this.#bytes -= slot.bytes;
    this.#onEvict(key);
  }

  /** Without telling of each. */
  clear(): void {
    this.#byKey.clear();
    this.#bytes = 0;
  }

  #evict(): void {
    for (const key of this.#byKey.keys()) {
      const full = this.#bytes > this.#limits.bytes || this.#byKey.size > this.#limits.entries;
      if (!full) return;
      this.drop(key);
    }
  }
}
