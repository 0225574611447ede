import { clone } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../src/domain/event.ts";
import { ToySession } from "./live-session.ts";

/** What the journal once had under an id. */
export interface State {
  readonly name: string;
  readonly head: Head;
  /** Its place among all states of the id. */
  readonly order: number;
  /** When the next one took its place; `Infinity` for the current one. */
  until: number;
}

interface Log {
  readonly session: ToySession;
  version: number;
  rewriteSeq: number;
  /** By seq of a rewritten event: the seq of the event that rewrote it. */
  readonly rewrites: Map<number, number>;
}

/** A journal that remembers all it ever said. */
export class ToyJournal {
  readonly #pick: (below: number) => number;
  readonly #logs = new Map<string, Log>();
  readonly #states = new Map<string, State[]>();
  readonly #byName = new Map<string, State>();
  readonly #logOf = new Map<string, Log>();
  #hands = 0;

  constructor(ids: readonly string[], pick: (below: number) => number) {
    this.#pick = pick;
    for (const id of ids) this.#begin(new ToySession({ tenantId: "t", sessionId: id }), 0);
  }

  current(id: string): State {
    return this.#states.get(id)!.at(-1)!;
  }

  find(head: Head): State | undefined {
    const state = this.#byName.get(head.session?.title ?? "");
    return state?.head.session?.version === head.session?.version ? state : undefined;
  }

  /** Appends one to three events, rewrites one, or gives the id to a new session. */
  write(id: string, now: number): { state: State; events: EventRecord[] } {
    const log = this.#logs.get(id)!;
    const kind = this.#pick(10);
    if (kind < 2) {
      const state = this.#begin(log.session.successor(), now);
      return { state, events: this.events(state, 0) };
    }
    const before = log.version;
    log.version += kind === 2 ? 1 : 1 + this.#pick(3);
    if (kind === 2) {
      log.rewriteSeq = log.version;
      const target = 1 + this.#pick(before);
      if (!log.rewrites.has(target)) log.rewrites.set(target, log.version);
    }
    const state = this.#record(log, now);
    return { state, events: this.events(state, before) };
  }

  /** The same version says something else now: nobody was told. */
  changeByHand(id: string, now: number): void {
    this.#hands++;
    this.#record(this.#logs.get(id)!, now);
  }

  /** As they were at a state, after a seq. */
  events(state: State, afterSeq: number): EventRecord[] {
    const { rewriteSeq, uid, session } = state.head;
    const { rewrites } = this.#logOf.get(uid)!;
    const count = Math.max(0, session!.version - afterSeq);
    return Array.from({ length: count }, (_, i) => {
      const seq = afterSeq + 1 + i;
      const gone = (rewrites.get(seq) ?? Number.POSITIVE_INFINITY) <= rewriteSeq;
      const text = gone ? "rewritten" : `${uid} ${seq}`;
      return { seq, turn: 1, bytes: new TextEncoder().encode(text) };
    });
  }

  #begin(session: ToySession, now: number): State {
    const log: Log = { session, version: 1, rewriteSeq: 0, rewrites: new Map() };
    this.#logs.set(session.key.sessionId, log);
    this.#logOf.set(session.uid, log);
    return this.#record(log, now);
  }

  #record({ session, version, rewriteSeq }: Log, now: number): State {
    const id = session.key.sessionId;
    const states = this.#states.get(id) ?? [];
    const name = `${session.uid} ${version} ${this.#hands}`;
    const head = clone(HeadSchema, session.head(version, { title: name, rewriteSeq }));
    const state: State = { name, head, order: states.length, until: Number.POSITIVE_INFINITY };
    const last = states.at(-1);
    if (last !== undefined) last.until = now;
    states.push(state);
    this.#states.set(id, states);
    this.#byName.set(name, state);
    return state;
  }
}
