import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { UsageReportedSchema } from "../../gen/parley/v1/task_event_pb.js";
import { draftOf } from "./session.ts";
import { conversation, sessionIn } from "./testing/work.ts";
import { addUsage, directions } from "./usage.ts";

type Usage = MessageInitShape<typeof UsageReportedSchema>;

function used(...reports: Usage[]): Head {
  const { head, session } = draftOf(conversation());
  for (const report of reports) addUsage(head, session, create(UsageReportedSchema, report));
  return head;
}

describe("usage", () => {
  it("is added up in the names of models, agents and tools", () => {
    const head = used(
      { model: "m", inputTokens: 10n, outputTokens: 5n, cost: 0.1, agentId: "a" },
      { model: "m", tokens: 7n, cost: 0.2, tool: "t" },
      { model: "n", inputTokens: 1n, agentId: "a", tool: "t" },
    );
    expect(sessionIn(head)).toMatchObject({ tokensUsed: 23n, cost: 0.3 });
    expect(head.models).toMatchObject([
      { name: "m", tokens: 22n, inputTokens: 10n, outputTokens: 5n, cost: 0.3, reports: 2 },
      { name: "n", tokens: 1n, inputTokens: 1n, outputTokens: 0n, cost: 0, reports: 1 },
    ]);
    expect(head.agents).toMatchObject([{ name: "a", tokens: 16n, cost: 0.1, reports: 2 }]);
    expect(head.tools).toMatchObject([{ name: "t", tokens: 8n, cost: 0.2, reports: 2 }]);
    expect(directions(head)).toEqual({ inputTokens: 11n, outputTokens: 5n });
  });

  it("without a name counts in the sums and under no name", () => {
    const head = used({ inputTokens: 3n, outputTokens: 4n, cost: 1, agentId: "", tool: "" });
    expect(sessionIn(head)).toMatchObject({ tokensUsed: 7n, cost: 1 });
    expect(directions(head)).toEqual({ inputTokens: 3n, outputTokens: 4n });
    expect([head.models, head.agents, head.tools]).toEqual([[], [], []]);
  });

  it("of the names beyond the first 64 goes together", () => {
    const names = Array.from({ length: 66 }, (_, i) => `m${i}`);
    const head = used(...names.map((model) => ({ model, tokens: 1n, cost: 0.01 })));
    expect(head.models).toHaveLength(65);
    expect(head.models.at(-2)).toMatchObject({ name: "m63", reports: 1 });
    expect(head.models.at(-1)).toMatchObject({
      name: "(others)",
      tokens: 2n,
      cost: 0.02,
      reports: 2,
    });
    expect(head.models.reduce((sum, { tokens }) => sum + tokens, 0n)).toBe(66n);
    const more = { model: "m3", tokens: 1n };
    const again = used(...names.map((model) => ({ model })), more, { model: "(others)" });
    expect(again.models[3]).toMatchObject({ name: "m3", reports: 2 });
    expect(again.models).toHaveLength(65);
  });
});
