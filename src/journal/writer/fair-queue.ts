/** What the queue has to know of a write. */
export interface Queued {
  readonly tenantId: string;
  /** Writes of one session keep their order. */
  readonly uid: string;
  readonly digest: Buffer;
  readonly events: { readonly length: number };
  readonly bytes: number;
  /** True if nothing else of its session may be in its batch. */
  readonly alone: boolean;
}

/** What one batch holds at most; a single write may be larger and then goes alone. */
export interface BatchBounds {
  readonly events: number;
  readonly bytes: number;
  readonly eventsPerSession: number;
}

/**
 * Writes that wait for a batch. Tenants take turns, and within a tenant its
 * sessions, one write at a time; so neither a busy tenant nor a hot session
 * keeps others waiting for more than its share of a batch.
 */
export class FairQueue<Write extends Queued> {
  readonly #bounds: BatchBounds;
  /** Insertion order is whose turn it is: who gave goes to the end. */
  readonly #tenants = new Map<string, Map<string, Write[]>>();
  readonly #held = new Set<string>();
  #size = 0;
  #bytes = 0;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(write: Write): void {
    this.#line(write).push(write);
    this.#size++;
    this.#bytes += write.bytes;
  }

  /** Keeps a session's writes out of the batches until it is released. */
  hold(uid: string): void {
    this.#held.add(uid);
  }

  release(uid: string): void {
    this.#held.delete(uid);
  }

  /** The next batch; empty if nothing may go. */
  take(): Write[] {
    const batch = new Batch<Write>(this.#bounds);
    const turns = [...this.#tenants].map(([id, sessions]) => ({
      id,
      lines: this.#fitting(sessions, batch),
    }));
    for (let turn = turns.shift(); turn !== undefined && !batch.full; turn = turns.shift()) {
      const { value: uid, done } = turn.lines.next();
      if (done) continue;
      this.#give(turn.id, uid, batch);
      turns.push(turn);
    }
    return batch.writes;
  }

  /** Everything that waits, held or not; the queue is then empty. */
  drain(): Write[] {
    const writes = [...this.#tenants.values()].flatMap((lines) => [...lines.values()].flat());
    this.#tenants.clear();
    this.#size = 0;
    this.#bytes = 0;
    return writes;
  }

  /** Where the write belongs; made if need be. */
  #line({ tenantId, uid }: Write): Write[] {
    const sessions = this.#tenants.get(tenantId) ?? new Map<string, Write[]>();
    const line = sessions.get(uid) ?? [];
    // Setting what is there already keeps its place.
    this.#tenants.set(tenantId, sessions);
    sessions.set(uid, line);
    return line;
  }

  /**
   * The sessions whose next write fits the batch. One that gave stands at the
   * end of the map again, so this comes back to it; one that does not fit is
   * passed once.
   */
  *#fitting(sessions: Map<string, Write[]>, batch: Batch<Write>): Generator<string> {
    for (const [uid, line] of sessions) {
      if (!this.#held.has(uid) && batch.fits(line[0]!)) yield uid;
    }
  }

  #give(tenantId: string, uid: string, batch: Batch<Write>): void {
    const sessions = this.#tenants.get(tenantId)!;
    const line = sessions.get(uid)!;
    const write = line.shift()!;
    batch.add(write);
    this.#size--;
    this.#bytes -= write.bytes;
    sessions.delete(uid);
    if (line.length > 0) sessions.set(uid, line);
    this.#tenants.delete(tenantId);
    if (sessions.size > 0) this.#tenants.set(tenantId, sessions);
  }
}

class Batch<Write extends Queued> {
  readonly writes: Write[] = [];
  readonly #bounds: BatchBounds;
  readonly #digests = new Set<string>();
  /** Events per session; infinite where a write goes alone. */
  readonly #perSession = new Map<string, number>();
  #events = 0;
  #bytes = 0;
  full = false;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
  }

  fits(write: Write): boolean {
    const taken = this.#perSession.get(write.uid) ?? 0;
    if (taken > 0 && (write.alone || taken + write.events.length > this.#bounds.eventsPerSession)) {
      return false;
    }
    // The same operation twice: the second is to find what the first has left.
    if (this.#digests.has(write.digest.toString("latin1"))) return false;
    const { events, bytes } = this.#bounds;
    const over = this.#events + write.events.length > events || this.#bytes + write.bytes > bytes;
    if (over && this.writes.length > 0) this.full = true;
    return !this.full;
  }

  add(write: Write): void {
    const taken = this.#perSession.get(write.uid) ?? 0;
    this.#perSession.set(write.uid, write.alone ? Infinity : taken + write.events.length);
    this.#digests.add(write.digest.toString("latin1"));
    this.#events += write.events.length;
    this.#bytes += write.bytes;
    this.writes.push(write);
  }
}
