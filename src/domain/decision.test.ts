import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { changeState } from "./decision.ts";
import type { EventDraft } from "./event.ts";
import { conversation } from "./testing/work.ts";

function said(role: Role, startsTurn?: boolean): EventDraft {
  const payload = { case: "message" as const, value: { role, content: "hi" } };
  const draft = { eventId: "e", at: new Date(0), actor: create(ActorSchema), payload };
  return startsTurn === undefined ? draft : { ...draft, startsTurn };
}

it("is held to the last turn where a turn begins with what begins none by itself", () => {
  const head = conversation();
  expect(changeState(head, [said(Role.ASSISTANT, true)]).sameTurn).toBe(true);
  for (const draft of [said(Role.USER), said(Role.ASSISTANT), said(Role.USER, false)]) {
    expect(changeState(head, [draft], { movesGate: true })).not.toHaveProperty("sameTurn");
  }
});

it("has no tasks and no account where no work changes", () => {
  const decision = changeState(conversation(), [said(Role.USER)]);
  expect(decision).not.toHaveProperty("tasks");
  expect(decision).not.toHaveProperty("account");
});
