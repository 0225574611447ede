import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import {
  BeginTurnRequestSchema,
  EndTurnRequestSchema,
} from "../../gen/parley/v1/turn_requests_pb.js";
import { beginning, checkBeginning, checkEnding, ending } from "./turn-commands.ts";

const begin = (request: MessageInitShape<typeof BeginTurnRequestSchema> = {}) =>
  create(BeginTurnRequestSchema, request);
const end = (request: MessageInitShape<typeof EndTurnRequestSchema> = {}) =>
  create(EndTurnRequestSchema, { turn: "2", ...request });

const activeScenario = { scenarioId: "s", stepId: "1" };

function head(turn?: { turnNumber: number; turnId: string; ended: boolean }) {
  return create(HeadSchema, {
    uid: "uid",
    session: { turnCount: 2 },
    state: { activeScenario },
    ...(turn && { turn }),
  });
}

const begun = head({ turnNumber: 2, turnId: "t2", ended: false });
const closed = head({ turnNumber: 2, turnId: "t2", ended: true });

describe("the beginning of a turn", () => {
  it("says where the conversation stands, unless it is told", () => {
    expect(beginning(head(), begin()).scenarioBefore).toMatchObject(activeScenario);
    const scenarioBefore = { scenarioId: "other" };
    expect(beginning(head(), begin({ scenarioBefore })).scenarioBefore).toMatchObject(
      scenarioBefore,
    );
    const nowhere = begin({ scenarioBefore: { scenarioId: "" } });
    expect(beginning(head(), nowhere).scenarioBefore).toBeUndefined();
  });

  it("waits for the end of one that a call began, and of no other", () => {
    expect(() => beginning(begun, begin())).toThrow(
      expect.objectContaining({ reason: "turn_open" }),
    );
    for (const other of [closed, head({ turnNumber: 1, turnId: "t1", ended: false })]) {
      expect(beginning(other, begin())).toMatchObject({ scenarioBefore: activeScenario });
    }
  });

  it.each([
    ["user_message", { userMessage: "é".repeat(524_289) }, "payload_too_large"],
    [
      "scenario_before.scenario_id",
      { scenarioBefore: { scenarioId: "x".repeat(129) } },
      "invalid_argument",
    ],
    [
      "scenario_before.step_id",
      { scenarioBefore: { scenarioId: "s", stepId: "x".repeat(129) } },
      "invalid_argument",
    ],
  ])("is refused for its %s", (field, request, reason) => {
    expect(() => checkBeginning(begin(request))).toThrow(
      expect.objectContaining({ reason, violations: [expect.objectContaining({ field })] }),
    );
  });
});

describe("the end of a turn", () => {
  it("names the turn, where the conversation stands, and what is reported", () => {
    const reported = { outcome: "resolved", latencyMs: 0, tokensUsed: 5, metadata: { a: 1 } };
    expect(ending(begun, end(reported))).toMatchObject({
      turnId: "t2",
      scenarioAfter: activeScenario,
      ...reported,
    });
  });

  it("needs the id of a turn that formed to be looked up", () => {
    const known = { uid: "uid", turnNumber: 2, turnId: "formed" };
    expect(() => ending(head(), end())).toThrow(
      expect.objectContaining({ reason: "turn_not_found" }),
    );
    expect(ending(head(), end(), known).turnId).toBe("formed");
    expect(ending(head(), end({ turn: "formed" }), known).turnId).toBe("formed");
  });

  it.each([
    ["has ended", closed, "2"],
    ["is not the last", head(), "1"],
  ])("is refused where the turn %s", (_, on, turn) => {
    expect(() => ending(on, end({ turn }))).toThrow(
      expect.objectContaining({ reason: "turn_ended" }),
    );
  });

  it("is refused for what is nested too deep", () => {
    const deep = Array.from({ length: 41 }).reduce<object>((within) => ({ within }), {});
    const metadata = { deep } as never;
    for (const request of [
      { metadata },
      { matchedRules: [{ ruleId: "r", metadata }] },
      { toolsCalled: [{ name: "x", input: metadata }] },
    ]) {
      expect(() => checkEnding(end(request))).toThrow(
        expect.objectContaining({ reason: "invalid_argument" }),
      );
    }
  });
});
