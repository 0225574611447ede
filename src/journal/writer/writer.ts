import { unavailable } from "../../domain/errors.ts";
import type { Database } from "../database.ts";
import { Lane } from "../lane.ts";
import type { Change, ChangeOutcome, Creation, CreationOutcome } from "../port.ts";
import { ChangeBatch } from "./change-batch.ts";
import { Committer, rejectAll } from "./commit.ts";
import { CreationBatch } from "./creation-batch.ts";
import { DecodedStates } from "./decoded-states.ts";
import { FairQueue } from "./fair-queue.ts";
import {
  type PendingChange,
  type PendingCreation,
  pendingChange,
  pendingCreation,
} from "./pending.ts";

/** What one statement carries at most. Throughput is flat from 100 events on. */
const BATCH = { events: 512, bytes: 4 * 1024 * 1024, eventsPerSession: 128 };

/** What may wait for a batch before new writes are refused as `unavailable`. */
const QUEUE = { writes: 20_000, bytes: 128 * 1024 * 1024 };

/**
 * The one writer of a replica. While a batch is in flight the next one forms,
 * so that its size follows the load by itself: no timer, no delay at low load.
 *
 * Sessions that another replica has locked just then go to a second connection,
 * which waits for the locks one session at a time, so that they do not stall
 * the others. Until they return, the writes behind them keep their place.
 */
export class Writer {
  readonly #creations = new FairQueue<PendingCreation>(BATCH);
  readonly #changes = new FairQueue<PendingChange>(BATCH);
  readonly #locked: (readonly PendingChange[])[] = [];
  readonly #creating: Committer<PendingCreation>;
  readonly #changing: Committer<PendingChange>;
  readonly #waiting: Committer<PendingChange>;
  #writing: Promise<void> | undefined;
  #waits: Promise<void> | undefined;
  /** True if something may be there to be taken since the last look. */
  #more = false;

  constructor(database: Database, clock: () => Date) {
    const onAway = (error: unknown) => this.#refuseAll(error);
    const writes = { lane: new Lane(database.writes, database), clock, onAway };
    const waits = { lane: new Lane(database.waits, database), clock, onAway };
    const states = new DecodedStates();
    const onLocked = (changes: readonly PendingChange[]) => this.#setAside(changes);
    this.#creating = new Committer(new CreationBatch(clock), writes);
    this.#changing = new Committer(new ChangeBatch({ clock, states, onLocked }), writes);
    this.#waiting = new Committer(new ChangeBatch({ clock, states }), waits);
  }

  createSession(creation: Creation): Promise<CreationOutcome> {
    return this.#accept(this.#creations, pendingCreation(creation));
  }

  changeSession(change: Change): Promise<ChangeOutcome> {
    return this.#accept(this.#changes, pendingChange(change));
  }

  /** Resolves when everything that was accepted is settled. */
  async drain(): Promise<void> {
    while (this.#writing || this.#waits) await Promise.all([this.#writing, this.#waits]);
  }

  #accept<Write extends PendingChange | PendingCreation, Outcome>(
    queue: FairQueue<Write>,
    write: Omit<Write, "resolve" | "reject">,
  ): Promise<Outcome> {
    const bytes = this.#creations.bytes + this.#changes.bytes;
    if (queue.size >= QUEUE.writes || bytes >= QUEUE.bytes) throw unavailable();
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    queue.push({ ...write, resolve, reject } as unknown as Write);
    this.#wake();
    return promise;
  }

  #wake(): void {
    this.#more = true;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // What is called in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.#more) {
      this.#more = false;
      const creations = this.#creations.take();
      await this.#creating.commit(creations);
      const changes = this.#changes.take();
      await this.#changing.commit(changes);
      if (creations.length > 0 || changes.length > 0) this.#more = true;
    }
    this.#writing = undefined;
  }

  #setAside(changes: readonly PendingChange[]): void {
    for (const [uid, writes] of Map.groupBy(changes, (write) => write.uid)) {
      this.#changes.hold(uid);
      this.#locked.push(writes);
    }
    this.#waits ??= this.#wait();
  }

  async #wait(): Promise<void> {
    for (let writes = this.#locked.shift(); writes; writes = this.#locked.shift()) {
      await this.#waiting.commit(writes);
      this.#changes.release(writes[0]!.uid);
      this.#wake();
    }
    this.#waits = undefined;
  }

  /** The store is away: better a clear answer now than one after another time-out. */
  #refuseAll(error: unknown): void {
    const locked = this.#locked.splice(0).flat();
    for (const { uid } of locked) this.#changes.release(uid);
    const waiting = [...this.#creations.drain(), ...this.#changes.drain(), ...locked];
    rejectAll(waiting, unavailable(error));
  }
}
