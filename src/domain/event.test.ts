import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type EventDraft, MAX_SEQ, newEvent, placeEvent } from "./event.ts";

function draft(payload: EventDraft["payload"]): EventDraft {
  const actor = create(ActorSchema, { type: ActorType.USER, id: "alice" });
  return { eventId: "e1", at: new Date("2026-01-02T03:04:05.678Z"), actor, payload };
}

describe("newEvent", () => {
  it("says what the log must know of it", () => {
    const value = { role: Role.USER, content: "hi" };
    const event = newEvent(draft({ case: "message", value }));
    expect(event).toMatchObject({ type: "message", role: Role.USER, startsTurn: true });
  });

  it("names kinds as the proto does", () => {
    expect(newEvent(draft({ case: "sessionDeleted", value: {} })).type).toBe("session_deleted");
  });
});

describe("placeEvent", () => {
  it.each([1, 127, 128, 300, 16_384, MAX_SEQ])("gives an event place %d", (seq) => {
    const { bytes } = newEvent(draft({ case: "message", value: { content: "hi" } }));
    const event = decodeEvent(placeEvent(bytes, seq, seq - 1));
    expect(event).toMatchObject({ seq, turnNumber: seq - 1, eventId: "e1", type: "message" });
    expect(event.payload.value).toMatchObject({ content: "hi" });
    expect(event.at).toMatchObject({ seconds: 1767323045n, nanos: 678_000_000 });
  });
});
