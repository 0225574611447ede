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

interface Slot {
  readonly entry: Entry;
  readonly bytes: number;
  /** How many uses there had been when it got its place. */
  placed: number;
}

/** Entries by key, those not used for long dropped where there are too many. */
export class Entries {
  /** In the order of use, about: a map keeps the order in which keys were set. */
  readonly #byKey = new Map<string, Slot>();
  readonly #limits: EntryLimits;
  readonly #onEvict: (key: string) => void;
  #bytes = 0;
  #uses = 0;

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

  /**
   * Puts it behind all others, unless it is surely in the younger half: moving one in a map
   * costs ten times as much as finding it, and now and then a new table for all of them.
   */
  use(key: string): Entry | undefined {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return undefined;
    this.#uses++;
    if (this.#uses - slot.placed > this.#byKey.size / 2) this.#place(key, slot);
    return slot.entry;
  }

  put(key: string, entry: Entry): void {
    this.#bytes -= this.#byKey.get(key)?.bytes ?? 0;
    const bytes = ENTRY_OVERHEAD + 2 * key.length + entry.blob.length + entry.tail.bytes;
    this.#uses++;
    this.#place(key, { entry, bytes, placed: 0 });
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

  #place(key: string, slot: Slot): void {
    this.#byKey.delete(key);
    slot.placed = this.#uses;
    this.#byKey.set(key, slot);
  }

  #evict(): void {
    for (const key of this.#byKey.keys()) {
      const full = this.#bytes > this.#limits.bytes || this.#byKey.size > this.#limits.entries;
      if (!full) return;
      this.drop(key);
    }
  }
}
