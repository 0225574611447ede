import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import { ActorSchema, ActorType, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, newEvent, placeEvent } from "./event.ts";
import { messageOf } from "./message.ts";
import { isRedacted, redact, redactedSeqs, withoutContent } from "./redaction.ts";
import { placedEvent } from "./testing/events.ts";

const actor = create(ActorSchema, { type: ActorType.USER, id: "ann" });
const said = newEvent({
  eventId: "m1",
  at: new Date(1000),
  actor,
  taskId: "t1",
  payload: {
    case: "message",
    value: {
      role: Role.ASSISTANT,
      content: "secret",
      parts: [{ part: { case: "text", value: "secret" } }],
      name: "secret",
      metadata: { secret: "secret" },
      attachments: [{ filename: "secret", thumbnail: new TextEncoder().encode("secret") }],
      tokens: 7,
    },
  },
});
const record = placeEvent(said.bytes, 300, 70_000);
const head = create(HeadSchema, { uid: "u", rewriteSeq: 12, session: { version: 400 } });
const redacted = {
  eventId: "r1",
  at: new Date(2000),
  actor,
  payload: { case: "messageRedacted", value: { messageId: "m1", messageSeq: 300 } },
} as const;

it("leaves of a message its id, place, time, actor, task and role", () => {
  const { $typeName: _, ...message } = messageOf(withoutContent(decodeEvent(record)))!;
  const { content, parts, name, metadata, attachments, tokens } = message;
  expect([content, parts, name, metadata, attachments, tokens]).toEqual([
    "",
    [],
    undefined,
    undefined,
    [],
    undefined,
  ]);
  expect(message).toMatchObject({
    messageId: "m1",
    seq: 300,
    turnNumber: 70_000,
    role: Role.ASSISTANT,
    redacted: true,
  });
  expect(withoutContent(decodeEvent(record))).toMatchObject({ actor, taskId: "t1" });
});

it("rewrites the event without its place, and names the tails anew", () => {
  const { rewrites, state, events } = redact(head, [record], redacted);
  const [rewrite] = rewrites!;
  expect(rewrite).toMatchObject({
    seq: 300,
    growth: rewrite!.bytes.length - said.bytes.length,
  });
  expect(rewrite!.growth).toBeLessThan(0);
  expect(Buffer.from(rewrite!.bytes).includes("secret")).toBe(false);
  const stored = fromBinary(EventSchema, rewrite!.bytes);
  expect([stored.seq, stored.turnNumber]).toEqual([0, 0]);
  expect(decodeEvent(placeEvent(rewrite!.bytes, 300, 70_000))).toEqual(
    withoutContent(decodeEvent(record)),
  );
  expect(state?.rewriteSeq).toBe(401);
  expect(events.map(({ type, role }) => [type, role])).toEqual([
    ["message_redacted", Role.UNSPECIFIED],
  ]);
});

it("is known by what is left", () => {
  expect(isRedacted(decodeEvent(record))).toBe(false);
  expect(isRedacted(withoutContent(decodeEvent(record)))).toBe(true);
});

describe("of comments", () => {
  const reference = { target: { case: "text", value: "secret" } } as const;
  const added = placedEvent(5, {
    case: "commentAdded",
    value: { commentType: CommentType.NOTE, content: "secret", reference, replyTo: "e2" },
  });
  const edited = placedEvent(6, {
    case: "commentEdited",
    value: { commentId: "e5", commentType: CommentType.INSIGHT, content: "secret" },
  });

  it("leaves the type and where they belong", () => {
    expect(withoutContent(added)).toMatchObject({ seq: 5, turnNumber: 1, eventId: "e5" });
    expect(withoutContent(added).payload).toEqual(
      placedEvent(5, {
        case: "commentAdded",
        value: { commentType: CommentType.NOTE, replyTo: "e2", redacted: true },
      }).payload,
    );
    expect(withoutContent(edited).payload).toEqual(
      placedEvent(6, {
        case: "commentEdited",
        value: { commentId: "e5", commentType: CommentType.INSIGHT, redacted: true },
      }).payload,
    );
  });

  it("rewrites all of them with one event, which says which", () => {
    const records = [added, edited].map((event) =>
      placeEvent(toBinary(EventSchema, { ...event, seq: 0, turnNumber: 0 }), event.seq, 1),
    );
    const payload = { case: "commentDeleted" as const, value: { commentId: "e5", seqs: [5, 6] } };
    const { rewrites, state, movesGate, events } = redact(
      head,
      records,
      { ...redacted, payload },
      { movesGate: true },
    );
    expect(rewrites?.map(({ seq }) => seq)).toEqual([5, 6]);
    for (const { bytes } of rewrites!) {
      expect(Buffer.from(bytes).includes("secret")).toBe(false);
    }
    expect([state?.rewriteSeq, movesGate]).toEqual([401, true]);
    const [event] = events;
    expect(redactedSeqs(decodeEvent(placeEvent(event!.bytes, 7, 1)))).toEqual([5, 6]);
  });
});

it("names the places whose content an event takes away, if any", () => {
  const { bytes } = newEvent(redacted);
  expect(redactedSeqs(decodeEvent(placeEvent(bytes, 401, 1)))).toEqual([300]);
  expect(redactedSeqs(decodeEvent(record))).toEqual([]);
});

it("leaves events of other kinds as they are", () => {
  const event = placedEvent(3, { case: "agentEvent", value: { name: "n", message: "kept" } });
  expect(withoutContent(event)).toBe(event);
});
