import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { Decision } from "./decision.ts";
import type { NewEvent } from "./event.ts";
import { openTurn, type TurnIdentity, turnPhase } from "./turn-mark.ts";

/** Appends events that change no state to whichever turn is the last one. */
export function append(head: Head, events: readonly NewEvent[]): Decision {
  switch (turnPhase(head)) {
    case "formed":
      return { events };
    case "begun":
      return { events: events.map(within) };
    case "ended":
      return beginAnew(events);
  }
}

/**
 * Appends events to the turn that is named, and none of them begins another.
 * Where a call began it, no message does, so the gate is enough to hold it.
 */
export function appendToTurn(
  head: Head,
  events: readonly NewEvent[],
  turn: string,
  known?: TurnIdentity,
): Decision {
  openTurn(head, turn, known);
  return { events: events.map(within), sameTurn: turnPhase(head) === "formed" };
}

/** Of two appends after an ended turn, only the first one begins the next. */
function beginAnew(events: readonly NewEvent[]): Decision {
  const first = events.find(({ role }) => role !== Role.UNSPECIFIED);
  if (first === undefined) return { events };
  const begun = events.map((event) => (event === first ? { ...event, startsTurn: true } : event));
  return { events: begun, sameTurn: true };
}

function within(event: NewEvent): NewEvent {
  return event.startsTurn ? { ...event, startsTurn: false } : event;
}
