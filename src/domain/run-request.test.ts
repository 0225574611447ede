import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { CreateSessionRequestSchema } from "../../gen/parley/v1/session_commands_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { BudgetPolicy, BudgetSchema } from "../../gen/parley/v1/usage_pb.js";
import { budgetOf, MAX_PROMPT_BYTES, runWishOf } from "./run-request.ts";

type Request = MessageInitShape<typeof CreateSessionRequestSchema>;

const wish = (request: Request) => runWishOf(create(CreateSessionRequestSchema, request));
const budget = (request: Request) => budgetOf(create(CreateSessionRequestSchema, request));

function refusal(reason: string, field: string) {
  return expect.objectContaining({ reason, violations: [expect.objectContaining({ field })] });
}

describe("a request with a prompt", () => {
  it("asks for a run, of research unless it says otherwise", () => {
    expect(wish({ prompt: "find out" })).toEqual({
      prompt: "find out",
      sessionType: SessionType.RESEARCH,
      budget: undefined,
      preferences: undefined,
      timeLimitMs: undefined,
      maxAttempts: undefined,
    });
    const given = { sessionType: SessionType.SYNTHESIS, preferences: { a: 1 }, maxAttempts: 2 };
    const limits = { budget: { maxCost: 2.5 }, timeLimit: durationFromMs(1500) };
    expect(wish({ prompt: "p", ...given, ...limits })).toMatchObject({
      ...given,
      budget: { maxCost: 2.5 },
      timeLimitMs: 1500,
    });
  });

  it.each(["", "  \n\t", "\u00a0\u2003"])("must not be blank: %j", (prompt) => {
    expect(() => wish({ prompt })).toThrow(refusal("invalid_argument", "prompt"));
  });

  it("holds so many bytes and no more", () => {
    const prompt = "ä".repeat(MAX_PROMPT_BYTES / 2);
    expect(wish({ prompt })?.prompt).toBe(prompt);
    expect(() => wish({ prompt: `${prompt}x` })).toThrow(refusal("payload_too_large", "prompt"));
  });

  it("has preferences like any metadata", () => {
    const large = { big: "x".repeat(65_536) };
    expect(() => wish({ prompt: "p", preferences: large })).toThrow(
      refusal("payload_too_large", "preferences"),
    );
    let deep: JsonObject = {};
    for (let i = 0; i < 41; i++) deep = { deep };
    expect(() => wish({ prompt: "p", preferences: deep })).toThrow(
      refusal("invalid_argument", "preferences"),
    );
  });

  it("may have a budget without a limit", () => {
    expect(wish({ prompt: "p", budget: { policy: BudgetPolicy.WARN } })?.budget).toMatchObject({
      policy: BudgetPolicy.WARN,
    });
  });
});

describe("a request without a prompt", () => {
  it("asks for a conversation, which may be limited", () => {
    expect(wish({})).toBeUndefined();
    expect(wish({ budget: { maxTokens: 5n, policy: BudgetPolicy.PAUSE } })).toBeUndefined();
    expect(wish({ tokenBudget: 5n })).toBeUndefined();
    expect(wish({ budget: { policy: BudgetPolicy.PAUSE }, tokenBudget: 5n })).toBeUndefined();
  });

  it.each<[string, Request]>([
    ["session_type", { sessionType: SessionType.RESEARCH }],
    ["preferences", { preferences: {} }],
    ["time_limit", { timeLimit: durationFromMs(1000) }],
    ["max_attempts", { maxAttempts: 1 }],
    ["budget", { budget: {} }],
    ["budget", { budget: { policy: BudgetPolicy.FAIL } }],
  ])("must not have %s", (field, request) => {
    expect(() => wish(request)).toThrow(refusal("invalid_argument", field));
  });
});

describe("a budget", () => {
  it("has its tokens in either place", () => {
    expect(budget({})).toBeUndefined();
    expect(budget({ tokenBudget: 7n })).toEqual(create(BudgetSchema, { maxTokens: 7n }));
    expect(budget({ budget: { maxCost: 1 }, tokenBudget: 7n })).toEqual(
      create(BudgetSchema, { maxCost: 1, maxTokens: 7n }),
    );
    expect(budget({ budget: { maxTokens: 7n }, tokenBudget: 7n })?.maxTokens).toBe(7n);
    expect(() => budget({ budget: { maxTokens: 8n }, tokenBudget: 7n })).toThrow(
      refusal("invalid_argument", "token_budget"),
    );
  });

  it("leaves what it was made from alone", () => {
    const request = create(CreateSessionRequestSchema, { budget: {}, tokenBudget: 7n });
    budgetOf(request);
    expect(request.budget?.maxTokens).toBeUndefined();
  });

  it("is money of whole millionths", () => {
    for (const ask of [wish, budget]) {
      expect(() => ask({ prompt: "p", budget: { maxCost: 0.0000001 } })).toThrow(
        refusal("invalid_argument", "budget.max_cost"),
      );
    }
  });
});
