import { create, toJsonString } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { eraseActor, headWithoutUser, withoutUser } from "./erasure.ts";
import { decodeEvent, type EventDraft, newEvent, placeEvent, unplacedEvent } from "./event.ts";

const ALIAS = { userId: "ann", pseudonym: "erased:1" };
const actor = (id: string) => create(ActorSchema, { type: ActorType.USER, id });
const head = create(HeadSchema, { uid: "u", session: { version: 9, stateVersion: 9 } });

function said(seq: number, by: string) {
  const value = { role: Role.USER, content: `by ${by}` };
  const at = new Date(seq);
  const draft = { eventId: `e${seq}`, at, actor: actor(by), payload: { case: "message", value } };
  return placeEvent(newEvent(draft as EventDraft).bytes, seq, 1);
}

const told = (payload: EventDraft["payload"]): EventDraft => ({
  eventId: "e",
  at: new Date(0),
  actor: create(ActorSchema, { type: ActorType.SYSTEM, id: "parley" }),
  payload,
});

it("takes the name and leaves the rest", () => {
  const event = decodeEvent(said(3, "ann"));
  expect(withoutUser(event, ALIAS)).toEqual({
    ...event,
    actor: create(ActorSchema, { type: ActorType.USER, id: "erased:1" }),
  });
  expect(withoutUser(decodeEvent(said(3, "anna")), ALIAS)).toBeUndefined();
});

it("rewrites the events of that user, and every tail, and says so", () => {
  const decision = eraseActor(head, [said(2, "ann"), said(3, "bob"), said(4, "ann")], ALIAS, told);
  expect(decision?.rewrites?.map(({ seq }) => seq)).toEqual([2, 4]);
  for (const { bytes, growth, seq } of decision!.rewrites!) {
    const event = decodeEvent(placeEvent(bytes, seq, 1));
    expect(event).toMatchObject({ actor: { id: "erased:1" }, payload: { case: "message" } });
    expect(growth).toBe("erased:1".length - "ann".length);
  }
  expect(decision?.state?.rewriteSeq).toBe(10);
  expect(decision?.events.map(({ type }) => type)).toEqual(["actor_erased"]);
});

it("writes nothing where the user did not", () => {
  expect(eraseActor(head, [said(2, "bob")], ALIAS, told)).toBeUndefined();
});

it("takes the name from shares, from whose a session was, and from what follows from that", () => {
  const share = create(ShareSchema, {
    shareId: "s",
    recipients: ["ann", "bob"],
    openedBy: ["ann"],
    createdBy: "ann",
    createdAt: timestampFromMs(0),
  });
  const payloads: EventDraft["payload"][] = [
    { case: "sessionCreated", value: { session: { userId: "ann", createdBy: "ann" } } },
    { case: "sessionShared", value: { share } },
    { case: "shareChanged", value: { share } },
    { case: "shareLinkOpened", value: { shareId: "s", userId: "ann" } },
    { case: "ownershipTransferred", value: { fromUserId: "ann", toUserId: "bob", kept: share } },
    { case: "sessionForked", value: { session: { userId: "ann", createdBy: "ann" } } },
  ];
  for (const [i, payload] of payloads.entries()) {
    const draft = { eventId: "e", at: new Date(i), actor: actor("bob"), payload };
    const erased = withoutUser(unplacedEvent(draft), ALIAS);
    expect(toJsonString(EventSchema, erased!)).toContain("erased:1");
    expect(toJsonString(EventSchema, erased!)).not.toContain('"ann"');
  }
  const before = create(HeadSchema, {
    session: { tenantId: "t", userId: "bob", createdBy: "ann" },
    grants: [{ share }],
  });
  const after = headWithoutUser(before, ALIAS);
  expect(toJsonString(HeadSchema, after)).not.toContain('"ann"');
  expect(after.session?.userId).toBe("bob");
  expect(before.grants[0]?.share?.recipients).toEqual(["ann", "bob"]);
});
