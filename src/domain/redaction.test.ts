import { create, fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, newEvent, placeEvent } from "./event.ts";
import { messageOf } from "./message.ts";
import { isRedacted, redact, withoutContent } from "./redaction.ts";

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
