import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { append, appendToTurn } from "./append.ts";
import { type NewEvent, newEvent } from "./event.ts";

function message(role: Role): NewEvent {
  const payload = { case: "message", value: { role, content: "x" } } as const;
  return newEvent({ eventId: "e", at: new Date(0), actor: create(ActorSchema), payload });
}

function note(): NewEvent {
  const payload = { case: "agentEvent", value: { name: "note" } } as const;
  return newEvent({ eventId: "e", at: new Date(0), actor: create(ActorSchema), payload });
}

/** A session of five turns, of whose turn `marked` a call has begun or ended. */
function head(marked?: number, ended = false) {
  return create(HeadSchema, {
    uid: "uid",
    session: { turnCount: 5 },
    ...(marked && { turn: { turnNumber: marked, turnId: "t5", ended } }),
  });
}

const EVENTS = [message(Role.SYSTEM), note(), message(Role.USER), message(Role.USER)];
const starts = ({ events }: { events: readonly NewEvent[] }) => events.map((e) => e.startsTurn);

describe("appended events", () => {
  it.each([
    ["user messages, where turns form", head(), [false, false, true, true], false],
    [
      "user messages, after a turn that was ended and is not the last",
      head(4, true),
      [false, false, true, true],
      false,
    ],
    ["nothing, in a turn that a call began", head(5), [false, false, false, false], false],
    [
      "the first message too, after a turn that a call ended",
      head(5, true),
      [true, false, true, true],
      true,
    ],
  ])("begin turns with %s", (_, on, expected, sameTurn) => {
    const decision = append(on, EVENTS);
    expect(starts(decision)).toEqual(expected);
    expect(decision.sameTurn ?? false).toBe(sameTurn);
    expect(decision.events.map(({ bytes }) => bytes)).toEqual(EVENTS.map(({ bytes }) => bytes));
  });

  it("without a message begin none after a turn that a call ended", () => {
    const decision = append(head(5, true), [note()]);
    expect([starts(decision), decision.sameTurn]).toEqual([[false], undefined]);
  });
});

describe("events for a turn", () => {
  const known = { uid: "uid", turnNumber: 5, turnId: "formed" };

  it.each([
    ["its number", head(), "5", undefined],
    ["the id that the head knows", head(5), "t5", undefined],
    ["the id that was looked up", head(), "formed", known],
  ])("are taken by %s, and begin none", (_, on, name, found) => {
    expect(starts(appendToTurn(on, EVENTS, name, found))).toEqual([false, false, false, false]);
  });

  it("are held to a turn that formed, which the gate does not do", () => {
    expect(appendToTurn(head(), EVENTS, "5").sameTurn).toBe(true);
    expect(appendToTurn(head(5), EVENTS, "5").sameTurn).toBe(false);
  });

  it.each([
    ["an earlier turn", head(), "4", "turn_ended"],
    ["an earlier turn by its id", head(4), "t5", "turn_ended"],
    ["a turn that a call ended", head(5, true), "5", "turn_ended"],
    ["a turn that is not there yet", head(), "6", "turn_not_found"],
    ["no turn", head(), "0", "turn_not_found"],
    ["an id that nobody knows", head(5), "t6", "turn_not_found"],
    ["a number that is none", head(), "-5", "turn_not_found"],
    ["a number beyond all", head(), "99999999999", "turn_not_found"],
  ])("are refused for %s", (_, on, name, reason) => {
    expect(() => appendToTurn(on, EVENTS, name)).toThrow(expect.objectContaining({ reason }));
  });

  it("are refused for a turn of another session under the same id", () => {
    const other = { ...known, uid: "other" };
    expect(() => appendToTurn(head(), EVENTS, "formed", other)).toThrow(
      expect.objectContaining({ reason: "turn_not_found" }),
    );
  });
});
