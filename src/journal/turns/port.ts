import type { EventRecord } from "../../domain/event.ts";

/** Turns of a log, with what is shown of each. */
export interface Turns {
  /**
   * Turns in the order asked for, each with its excerpt in the order of the log; as
   * many as fit into 4 MiB. Of a first turn that does not fit: its first and last
   * event, its first user and its last assistant message, and as many more of the
   * first ones as do. So an answer that is not empty may lack turns, which the
   * caller sees by counting.
   */
  readTurns(query: TurnQuery): Promise<TurnRecords[]>;
  /** The number of the turn that began with the event of this id. */
  findTurn(query: TurnNameQuery): Promise<number | undefined>;
}

export interface TurnQuery {
  readonly uid: string;
  /** First and last turn number, both included. */
  readonly fromTurn: number;
  readonly toTurn: number;
  readonly order: "asc" | "desc";
  readonly upToSeq: number;
  /** At most 1,000 of either. */
  readonly excerpt: {
    /** So many of its first events. */
    readonly first: number;
    /** So many of its last: of a turn that a call ended, of those up to its end. */
    readonly last: number;
  };
}

/** Asks for a turn by its id, among those from one number to another. */
export interface TurnNameQuery {
  readonly uid: string;
  readonly turnId: string;
  readonly fromTurn: number;
  readonly toTurn: number;
}

export interface TurnRecords {
  readonly turn: number;
  /**
   * The excerpt, its first event included; and where the turn is longer than that,
   * the first user message and the last assistant message, if they are among its
   * first or last 1,000 messages.
   */
  readonly events: readonly EventRecord[];
  /** How many events the turn has in all, up to `upToSeq`. */
  readonly eventCount: number;
  readonly lastSeq: number;
}
