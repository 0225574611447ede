import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { decodeState } from "../head.ts";

interface Held {
  readonly bytes: Uint8Array;
  readonly head: Head;
}

/** What an entry takes beside its bytes, about. */
const ENTRY_BYTES = 512;

/**
 * States that were decoded, the last used ones. A batch needs the head of every
 * session it appends to, and decoding it was 14 % of the writer's time. One
 * counts only while the stored bytes are the same, so nothing has to be told when
 * a state changes. The heads are shared: nobody may change them.
 */
export class DecodedStates {
  readonly #limit: number;
  /** Insertion order is the order of use. */
  readonly #held = new Map<string, Held>();
  #size = 0;

  /** @param limit encoded bytes to hold at most; default 8 MiB, about 8,000 states without context */
  constructor(limit = 8 * 1024 * 1024) {
    this.#limit = limit;
  }

  /** The head of a session with these bytes for a state. Throws if they cannot be decoded. */
  decode(uid: string, bytes: Uint8Array): Head {
    const held = this.#held.get(uid);
    if (held !== undefined) this.#remove(uid, held);
    const same = held !== undefined && Buffer.compare(held.bytes, bytes) === 0;
    const head = same ? held.head : decodeState(bytes);
    this.#add(uid, { bytes, head });
    return head;
  }

  #add(uid: string, held: Held): void {
    this.#held.set(uid, held);
    this.#size += sizeOf(held);
    for (const [oldest, other] of this.#held) {
      if (this.#size <= this.#limit) return;
      this.#remove(oldest, other);
    }
  }

  #remove(uid: string, held: Held): void {
    this.#held.delete(uid);
    this.#size -= sizeOf(held);
  }
}

function sizeOf({ bytes }: Held): number {
  return bytes.length + ENTRY_BYTES;
}
