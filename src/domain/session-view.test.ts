import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { SessionSchema, SessionStatus, SessionType } from "../../gen/parley/v1/session_pb.js";
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

describe("what a session's work is like", () => {
  const view = (
    session: MessageInitShape<typeof SessionSchema> = {},
    head: MessageInitShape<typeof HeadSchema> = {},
  ) =>
    sessionView(
      Object.assign(create(HeadSchema, head), { session: create(SessionSchema, session) }),
    );

  it("is told in figures", () => {
    const session = { tokensUsed: 9n, cost: 0.5, taskCount: 3, budget: { maxTokens: 100n } };
    const head = { inputTokens: 4n, outputTokens: 2n, heldMicros: 1_500_000n };
    expect(view(session, { ...head, tasksEnded: 4, tasksCompleted: 3 })).toMatchObject({
      resourceUsage: {
        tokensUsed: 9n,
        inputTokens: 4n,
        outputTokens: 2n,
        cost: 0.5,
        taskCount: 3,
        held: 1.5,
      },
      tokenBudget: 100n,
      successRate: 0.75,
    });
    const idle = view();
    expect(idle.resourceUsage).toMatchObject({ tokensUsed: 0n, cost: 0, taskCount: 0 });
    expect([idle.resourceUsage?.held, idle.tokenBudget, idle.successRate]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(view({}, { tasksEnded: 2 }).successRate).toBe(0);
  });

  it.each<[string, SessionType, string | undefined, boolean]>([
    ["a conversation", SessionType.UNSPECIFIED, undefined, false],
    ["a run of research", SessionType.RESEARCH, undefined, true],
    ["a run of analysis", SessionType.ANALYSIS, undefined, false],
    ["one with a first task of a strategy", SessionType.ANALYSIS, "deep", true],
  ])("is research or not: %s", (_, sessionType, strategy, isResearchSession) => {
    const told = view(
      { sessionType },
      strategy === undefined ? {} : { researchStrategy: strategy },
    );
    expect([told.isResearchSession, told.researchStrategy]).toEqual([isResearchSession, strategy]);
  });

  it.each<[JsonObject, boolean, string | undefined]>([
    [{ research_strategy: "wide" }, true, "wide"],
    [{ is_research_session: true }, true, undefined],
    [{ is_research_session: "true" }, false, undefined],
    [{ research_strategy: "" }, false, undefined],
    [{ research_strategy: 7 }, false, undefined],
  ])("is research by its context or not: %j", (context, isResearchSession, strategy) => {
    const told = view({ context });
    expect([told.isResearchSession, told.researchStrategy]).toEqual([isResearchSession, strategy]);
    expect(view({ context }, { researchStrategy: "deep" }).researchStrategy).toBe(
      strategy ?? "deep",
    );
  });
});
