import type { NewEvent } from "../../domain/event.ts";
import type { Bytes } from "../bytes.ts";
import { isMessage } from "./placement.ts";

/**
 * The events of a batch as parallel arrays, one element per event. Turns and
 * messages are counted within the write; the statement adds where its session
 * stands.
 */
export class EventArrays {
  /** Number of the write, from 1. */
  readonly write: number[] = [];
  /** Place within the write, from 1. */
  readonly place: number[] = [];
  readonly turn: number[] = [];
  readonly message: number[] = [];
  readonly role: (number | null)[] = [];
  readonly startsTurn: boolean[] = [];
  readonly type: string[] = [];
  readonly at: number[] = [];
  readonly length: number[] = [];
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  add(write: number, events: readonly NewEvent[]): void {
    let turn = 0;
    let message = 0;
    for (const [index, event] of events.entries()) {
      if (event.startsTurn) turn++;
      if (isMessage(event)) message++;
      this.write.push(write);
      this.place.push(index + 1);
      this.turn.push(turn);
      this.message.push(message);
      this.role.push(isMessage(event) ? event.role : null);
      this.startsTurn.push(event.startsTurn);
      this.type.push(event.type);
      this.at.push(this.#bytes.add(event.bytes));
      this.length.push(event.bytes.length);
    }
  }

  /** In the order in which the statements unnest them. */
  values(): unknown[] {
    const { write, place, turn, message, role, startsTurn, type, at, length } = this;
    return [write, place, turn, message, role, startsTurn, type, at, length];
  }
}
