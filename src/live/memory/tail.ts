import type { EventRecord } from "../../domain/event.ts";
import type { TailLimits } from "../limits.ts";

/**
 * The last events of one session, gapless. Its bytes are its own: callers keep
 * theirs and get copies.
 */
export class Tail {
  readonly #limits: TailLimits;
  #records: EventRecord[] = [];
  #bytes = 0;

  constructor(limits: TailLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes in consecutive events. Starts anew if they lie beyond its end or are
   * others than it has in their places; leaves them if before its start.
   */
  merge(events: readonly EventRecord[]): void {
    const offeredFirst = events[0]?.seq;
    const offeredLast = events.at(-1)?.seq;
    if (offeredFirst === undefined || offeredLast === undefined) return;
    const first = this.#records[0]?.seq ?? offeredFirst;
    const last = this.#records.at(-1)?.seq ?? offeredFirst - 1;
    if (offeredLast < first - 1) return;
    const anew = offeredFirst > last + 1 || events.some((event) => this.#contradicts(event));
    const before = anew ? [] : events.filter(({ seq }) => seq < first);
    const after = events.filter(({ seq }) => anew || seq > last);
    this.#records = [...before.map(own), ...(anew ? [] : this.#records), ...after.map(own)];
    this.#trim();
  }

  /** All events after one seq up to another; undefined if they are not all here. */
  between(afterSeq: number, upToSeq: number): EventRecord[] | undefined {
    if (afterSeq >= upToSeq) return [];
    const first = this.#records[0]?.seq;
    if (first === undefined || first > afterSeq + 1) return undefined;
    if (this.#records.at(-1)!.seq < upToSeq) return undefined;
    return this.#records.slice(afterSeq + 1 - first, upToSeq + 1 - first).map(own);
  }

  /** So many of the last events up to one seq, or those that are here; undefined if that is not. */
  last(count: number, upToSeq: number): EventRecord[] | undefined {
    const first = this.#records[0]?.seq;
    if (first === undefined || first > upToSeq) return undefined;
    return this.between(Math.max(upToSeq - count, first - 1), upToSeq);
  }

  /** A journal that was set back to an earlier time goes on with other events. */
  #contradicts({ seq, bytes }: EventRecord): boolean {
    const held = this.#records[seq - (this.#records[0]?.seq ?? 0)];
    return held !== undefined && Buffer.compare(held.bytes, bytes) !== 0;
  }

  #trim(): void {
    let { length } = this.#records;
    let bytes = this.#records.reduce((sum, record) => sum + record.bytes.length, 0);
    let drop = 0;
    for (; length > this.#limits.events || bytes > this.#limits.bytes; length--, drop++) {
      bytes -= this.#records[drop]!.bytes.length;
    }
    this.#records.splice(0, drop);
    this.#bytes = bytes;
  }
}

function own(record: EventRecord): EventRecord {
  return { seq: record.seq, turn: record.turn, bytes: record.bytes.slice() };
}
