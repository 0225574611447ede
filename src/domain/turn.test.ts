import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import {
  type Event,
  EventSchema,
  type MessageAppendedSchema,
} from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { turnEventsOf, turnOf } from "./turn.ts";

function message(seq: number, value: MessageInitShape<typeof MessageAppendedSchema>): Event {
  return create(EventSchema, {
    seq,
    turnNumber: 1,
    eventId: `e${seq}`,
    type: "message",
    payload: { case: "message", value },
  });
}

const EVENTS = [
  message(2, { role: Role.USER, content: "find music" }),
  message(3, {
    role: Role.ASSISTANT,
    parts: [
      {
        part: {
          case: "toolCall",
          value: { callId: "c1", name: "FindEvents", input: { city: "x" } },
        },
      },
      { part: { case: "toolCall", value: { callId: "c2", name: "Other" } } },
    ],
  }),
  message(4, {
    role: Role.TOOL,
    parts: [
      {
        part: {
          case: "toolResult",
          value: {
            callId: "c1",
            output: create(ValueSchema, { kind: { case: "stringValue", value: "Basta" } }),
            isError: true,
          },
        },
      },
    ],
  }),
  message(5, { role: Role.ASSISTANT, content: "Basta, 8:30 pm" }),
  message(6, { role: Role.ASSISTANT, content: "  " }),
];
const EXCERPT = { turn: 1, events: EVENTS, eventCount: 5, lastSeq: 6 };

describe("turnOf", () => {
  it("says what was asked, what came back and which tools were called", () => {
    expect(turnOf(EXCERPT)).toMatchObject({
      turnId: "e2",
      turnNumber: 1,
      userMessage: "find music",
      agentResponse: "  ",
      toolsCalled: [
        { callId: "c1", name: "FindEvents", input: { city: "x" }, success: false },
        { callId: "c2", name: "Other" },
      ],
      firstSeq: 2,
      lastSeq: 6,
    });
    expect(turnOf(EXCERPT).toolsCalled[1]?.success).toBeUndefined();
  });
});

describe("turnEventsOf", () => {
  it("takes the last answer that is not blank as the final output", () => {
    expect(turnEventsOf(EXCERPT, true).finalOutput).toBe("Basta, 8:30 pm");
  });

  it("leaves payloads out unless they are asked for, and the names in", () => {
    const [event] = turnEventsOf(EXCERPT, false).events;
    expect(event).toMatchObject({
      seq: 2,
      eventId: "e2",
      type: "message",
      payload: { case: undefined },
    });
    expect(turnEventsOf(EXCERPT, true).events[0]?.payload.case).toBe("message");
  });
});
