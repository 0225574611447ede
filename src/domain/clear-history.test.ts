import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { clearing } from "./clear-history.ts";
import { changeState } from "./decision.ts";
import { sessionView } from "./session-view.ts";

const head = create(HeadSchema, {
  uid: "u",
  session: { version: 9, messageCount: 6, turnCount: 3, context: { a: 1 }, activeScenarioId: "s" },
  state: { activeScenario: { scenarioId: "s" } },
  clearedMessages: 2,
  clearedTurns: 1,
});

function cleared(on: typeof head, keepContext: boolean) {
  const payload = { case: "historyCleared", value: clearing(on, keepContext)! } as const;
  const draft = { eventId: "e", at: new Date(0), actor: create(ActorSchema), payload };
  return changeState(on, [draft]).state;
}

describe("clearing the history", () => {
  it("goes up to where the head stands, and counts what was listed until then", () => {
    expect(clearing(head, true)).toEqual({
      keepContext: true,
      upToSeq: 9,
      messageCount: 6,
      turnCount: 3,
      cleared: 4,
    });
  });

  it("leaves the state, or takes it too", () => {
    const kept = cleared(head, true);
    expect(kept).toMatchObject({ clearedMessages: 6, clearedTurns: 3, state: head.state });
    expect(kept.session).toMatchObject({ clearedSeq: 9, context: { a: 1 } });
    const { session, state } = cleared(head, false);
    expect(session?.context ?? session?.activeScenarioId ?? state).toBeUndefined();
  });

  it("leaves nothing to clear until something is written", () => {
    const kept = cleared(head, true);
    expect(clearing(kept, true)).toBeUndefined();
    expect(clearing(kept, false)).toMatchObject({ cleared: 0 });
    const empty = cleared(head, false);
    expect(clearing(empty, false)).toBeUndefined();
    const grown = { ...empty, session: { ...empty.session!, messageCount: 7 } };
    expect(clearing(grown, true)).toMatchObject({ cleared: 1 });
  });

  it("is seen in the numbers of the session", () => {
    expect(sessionView(head)).toMatchObject({ messageCount: 4, turnCount: 2 });
    expect(sessionView(cleared(head, true))).toMatchObject({ messageCount: 0, turnCount: 0 });
  });
});
