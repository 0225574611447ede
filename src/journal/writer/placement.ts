import { Role } from "../../../gen/parley/v1/message_pb.js";
import { type EventRecord, type NewEvent, placeEvent } from "../../domain/event.ts";
import type { Counters } from "../head.ts";

/** What events add to the counters of their session. */
export interface Tally {
  readonly events: number;
  readonly messages: number;
  readonly turns: number;
  readonly bytes: number;
}

export function tallyOf(events: readonly NewEvent[]): Tally {
  return {
    events: events.length,
    messages: events.filter(isMessage).length,
    turns: events.filter((event) => event.startsTurn).length,
    bytes: events.reduce((sum, event) => sum + event.bytes.length, 0),
  };
}

export function isMessage(event: NewEvent): boolean {
  return event.role !== Role.UNSPECIFIED;
}

/** The events in their places, the last of which is where the counters stand. */
export function placed(
  events: readonly NewEvent[],
  after: Pick<Counters, "version" | "turnCount">,
): EventRecord[] {
  let seq = after.version - events.length;
  let turn = after.turnCount - tallyOf(events).turns;
  return events.map((event) => {
    seq++;
    if (event.startsTurn) turn++;
    return placeEvent(event.bytes, seq, turn);
  });
}
