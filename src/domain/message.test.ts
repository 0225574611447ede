import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { NewMessageSchema, Role } from "../../gen/parley/v1/message_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { newEvent } from "./event.ts";
import { MAX_LOG_BYTES, refuseFullLog, refuseLargeEvents } from "./event-limits.ts";
import { messageOf, messagePayload, refuseSameIds } from "./message.ts";
import { placedMessage } from "./testing/events.ts";

const MEBIBYTE = 1_048_576;

function given(message: MessageInitShape<typeof NewMessageSchema>) {
  return create(NewMessageSchema, { role: Role.USER, ...message });
}

const payloadOf = (message: MessageInitShape<typeof NewMessageSchema>) =>
  messagePayload(given(message), "messages[3]");

describe("a message", () => {
  it("is kept and read back with all it has", () => {
    const message = given({
      content: "look",
      name: "ann",
      metadata: { a: 1 },
      tokens: 5,
      parts: [
        { part: { case: "file", value: { uri: "https://x/a.png", mediaType: "image/png" } } },
        { part: { case: "toolCall", value: { callId: "c", name: "t", input: { x: [1] } } } },
        { part: { case: "toolResult", value: { callId: "c", isError: true } } },
        { part: { case: "data", value: { kind: { case: "boolValue", value: true } } } },
      ],
      attachments: [{ filename: "a.png", sizeBytes: 9n, thumbnail: new Uint8Array([1, 2]) }],
    });
    const { content, name, metadata, tokens, parts, attachments } = message;
    const { value } = messagePayload(message, "messages[0]");
    expect(messageOf(placedMessage(4, value))).toMatchObject({
      ...{ content, name, metadata, tokens, parts, attachments },
      messageId: "e4",
      seq: 4,
      redacted: false,
    });
  });

  it("has for content the text of its parts where it was given none", () => {
    const parts = ["a", "b"].map((value) => ({ part: { case: "text", value } as const }));
    expect(messageOf(placedMessage(2, { role: Role.USER, parts }))?.content).toBe("a\nb");
  });

  it.each([
    ["messages[3].content", { content: "x".repeat(MEBIBYTE + 1) }],
    ["messages[3].content", { content: "馬".repeat(MEBIBYTE / 3 + 1) }],
    ["messages[3].parts[0]", { parts: [text("x".repeat(MEBIBYTE + 1))] }],
    ["messages[3].parts[1]", { parts: [text("x"), input("x".repeat(MEBIBYTE))] }],
    [
      "messages[3].attachments[0].thumbnail",
      { content: "x", attachments: [{ filename: "a", thumbnail: new Uint8Array(51_201) }] },
    ],
  ])("is too large for its %s", (field, message) => {
    expect(() => payloadOf(message)).toThrow(
      expect.objectContaining({
        reason: "payload_too_large",
        violations: [expect.objectContaining({ field })],
      }),
    );
  });

  it("may be as large as it may", () => {
    const attachments = [{ filename: "a", thumbnail: new Uint8Array(51_200) }];
    const parts = [text("馬".repeat(349_525))];
    expect(payloadOf({ content: "x".repeat(MEBIBYTE), parts, attachments }).case).toBe("message");
  });
});

describe("messages of one request", () => {
  it("have ids of their own", () => {
    const [one, other] = [given({ messageId: "a" }), given({ messageId: "b" })];
    refuseSameIds([one, other, given({}), given({})]);
    expect(() => refuseSameIds([one, other, given({ messageId: "a" })])).toThrow(
      expect.objectContaining({
        reason: "invalid_argument",
        violations: [expect.objectContaining({ field: "messages[2].message_id" })],
      }),
    );
  });
});

describe("events", () => {
  const event = (bytes: number) => {
    const payload = { case: "message", value: { role: Role.USER, content: "x".repeat(bytes) } };
    const draft = { eventId: "e", at: new Date(0), actor: create(ActorSchema) };
    return newEvent({ ...draft, payload: payload as never });
  };

  it.each([
    ["by themselves", [event(9), event(2 * MEBIBYTE)], "messages[1]"],
    ["together", Array.from({ length: 3 }, () => event(1.5 * MEBIBYTE)), "messages"],
  ])("are too large %s", (_, events, field) => {
    expect(() => refuseLargeEvents(events, "messages")).toThrow(
      expect.objectContaining({
        reason: "payload_too_large",
        violations: [expect.objectContaining({ field })],
      }),
    );
  });

  it("have room in a log of less than 1 GiB", () => {
    const events = [event(100)];
    const room = MAX_LOG_BYTES - events[0]!.bytes.length;
    refuseFullLog(create(SessionSchema, { logBytes: BigInt(room) }), events);
    expect(() =>
      refuseFullLog(create(SessionSchema, { logBytes: BigInt(room + 1) }), events),
    ).toThrow(expect.objectContaining({ reason: "payload_too_large" }));
  });
});

function text(value: string) {
  return { part: { case: "text", value } as const };
}

function input(value: string) {
  return { part: { case: "toolCall", value: { name: "t", input: { value } } } as const };
}
