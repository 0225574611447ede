import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { sessionView } from "./session-view.ts";

const head = () =>
  create(HeadSchema, {
    uid: "0190b6a0-0000-7000-8000-000000000000",
    clearedMessages: 2,
    session: { sessionId: "s", status: SessionStatus.ACTIVE, messageCount: 5, version: 7 },
  });

it("tells what follows from the head", () => {
  expect(sessionView(head())).toMatchObject({ sessionId: "s", isActive: true, messageCount: 3 });
  expect(() => sessionView(undefined)).toThrow("does not exist");
});

it("is one frozen object for a frozen head, and anew for another", () => {
  const frozen = Object.freeze(head());
  const view = sessionView(frozen);
  expect(sessionView(frozen)).toBe(view);
  expect(Object.isFrozen(view)).toBe(true);
  const open = head();
  expect(sessionView(open)).not.toBe(sessionView(open));
});
