/*
 * Plays out random interleavings of writers, fillers and strong readers against
 * a live view and a toy journal, and says what went wrong.
 *
 * Every view operation and every journal query is one step; between any two
 * steps of an agent any others may happen, so an agent may be as late as it
 * gets. Time is the test's own.
 */
import type { Copy, Glance, LiveView, Moment } from "../../src/live/port.ts";
import { type State, ToyJournal } from "./live-model-journal.ts";

/** Steps per run, and agents at a time. Enough for a late agent to meet two successors. */
const STEPS = 120;
const AGENTS = 8;

export interface ModelSubject {
  readonly view: LiveView;
  /** Staleness bound on the test's clock, or `Infinity`. */
  readonly bound: number;
  readonly setTime: (now: number) => Promise<void>;
  /** Takes something of a session away, as an eviction does. */
  readonly evict?: (sessionId: string, pick: Random) => Promise<void>;
  /** Brings everything of a session back to what it was earlier in the run. */
  readonly restoreOlder?: (sessionId: string, pick: Random) => Promise<void>;
}

export interface ModelOptions {
  readonly seed: number;
  /**
   * With faults: evictions, restarts, crashes before an installation, changes
   * by hand. A fresh read may then be behind, but at most the bound. Without,
   * it is never behind what was acknowledged, however late fillers are.
   */
  readonly faults: boolean;
}

export type Random = (below: number) => number;

/** Runs one interleaving. Returns the first violation, or undefined. */
export async function playModel(
  subject: ModelSubject,
  options: ModelOptions,
): Promise<string | undefined> {
  const model = new Model(subject, options);
  try {
    await model.play();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return `seed ${options.seed}: ${error.message}`;
    throw error;
  }
}

class Violation extends Error {}

class Model {
  readonly #subject: ModelSubject;
  readonly #faults: boolean;
  readonly #pick: Random;
  readonly #journal: ToyJournal;
  readonly #ids: readonly string[];
  /** By session id, what the last acknowledged write made of it. */
  readonly #acknowledged = new Map<string, State>();
  #now = 1_000_000;
  #moment: Moment | undefined;

  constructor(subject: ModelSubject, { seed, faults }: ModelOptions) {
    this.#subject = subject;
    this.#faults = faults;
    this.#pick = random(seed);
    this.#ids = Array.from(
      { length: 1 + (seed % 2) },
      (_, i) => `m${seed}-${faults ? "f" : "n"}-${i}`,
    );
    this.#journal = new ToyJournal(this.#ids, this.#pick);
  }

  async play(): Promise<void> {
    const agents: AsyncGenerator<void>[] = [];
    for (let step = 0; step < STEPS; step++) {
      await this.#passTime();
      if (this.#faults && this.#pick(12) === 0) await this.#fault();
      while (agents.length < AGENTS) agents.push(this.#agent());
      // The low ones are slow ones: most steps go to the others.
      const index = this.#pick(4) === 0 ? this.#pick(AGENTS) : AGENTS - 1 - this.#pick(2);
      const { done } = await agents[index]!.next();
      if (done) agents.splice(index, 1);
    }
  }

  async #passTime(): Promise<void> {
    const { bound } = this.#subject;
    const unit = Number.isFinite(bound) ? bound / 10 : 1;
    this.#now += Math.floor(this.#pick(8) === 0 ? unit * this.#pick(12) : this.#pick(unit));
    await this.#subject.setTime(this.#now);
  }

  #agent(): AsyncGenerator<void> {
    const id = this.#ids[this.#pick(this.#ids.length)]!;
    const kind = this.#pick(5);
    if (kind < 2) return this.#writer(id);
    return kind < 4 ? this.#reader(id) : this.#strongReader(id);
  }

  async *#writer(id: string): AsyncGenerator<void> {
    const asOf = this.#moment;
    yield;
    const { state, events } = this.#journal.write(id, this.#now);
    yield;
    if (this.#faults && this.#pick(6) === 0) return; // crashes, or gives up on the view
    const some = this.#pick(4) === 0 ? [] : events;
    await this.#subject.view.install({ head: state.head, asOf, events: some });
    const before = this.#acknowledged.get(id);
    if (before === undefined || before.order < state.order) this.#acknowledged.set(id, state);
  }

  async *#reader(id: string): AsyncGenerator<void> {
    const eventsAfter = this.#pick(10);
    const glance = await this.#subject.view.read(
      { tenantId: "t", userId: "ann", sessionId: id },
      { eventsAfter },
    );
    this.#moment = glance.moment;
    this.#check(id, glance, eventsAfter);
    yield;
    if (glance.fresh && this.#pick(3) > 0) return;
    const copy = this.#ask(id, glance.moment);
    yield;
    await this.#subject.view.install(copy);
  }

  async *#strongReader(id: string): AsyncGenerator<void> {
    const asOf = this.#pick(8) === 0 ? undefined : this.#moment;
    yield;
    const copy = this.#ask(id, asOf);
    yield;
    await this.#subject.view.install(copy);
  }

  #ask(id: string, asOf: Moment | undefined): Copy {
    const state = this.#journal.current(id);
    const { version } = state.head.session!;
    const events = this.#journal.events(state, Math.max(0, version - this.#pick(6)));
    return { head: state.head, asOf, events };
  }

  async #fault(): Promise<void> {
    const id = this.#ids[this.#pick(this.#ids.length)]!;
    const { evict, restoreOlder } = this.#subject;
    const kind = this.#pick(3);
    if (kind === 0) await evict?.(id, this.#pick);
    else if (kind === 1) await restoreOlder?.(id, this.#pick);
    else if (Number.isFinite(this.#subject.bound)) this.#journal.changeByHand(id, this.#now);
  }

  #check(id: string, { head, fresh, events, moment }: Glance, after: number): void {
    if (head === undefined) return;
    const state = this.#journal.find(head);
    if (state === undefined) throw new Violation(`torn: ${head.session?.title}`);
    if (events !== undefined) this.#checkEvents(state, events, after);
    if (!fresh) return;
    const behind = this.#now - state.until;
    if (behind >= this.#subject.bound) {
      throw new Violation(`${state.name} is fresh at ${moment}, ${behind} ms after it was over`);
    }
    const acknowledged = this.#acknowledged.get(id);
    const mayLag = this.#faults && Number.isFinite(this.#subject.bound);
    if (!mayLag && acknowledged !== undefined && state.order < acknowledged.order) {
      throw new Violation(`${state.name} is fresh after ${acknowledged.name} was acknowledged`);
    }
  }

  #checkEvents(state: State, events: Copy["events"], after: number): void {
    const text = (of: Copy["events"]) =>
      of.map(({ seq, bytes }) => `${seq} ${new TextDecoder().decode(bytes)}`).join(", ");
    const expected = text(this.#journal.events(state, after));
    if (text(events) === expected) return;
    throw new Violation(`${state.name} after ${after}: ${text(events)} instead of ${expected}`);
  }
}

/** Mulberry32: small, seeded, good enough to shuffle with. */
function random(seed: number): Random {
  let state = seed * 0x9e3779b1;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
