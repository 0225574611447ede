import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { TurnEndedSchema } from "../../gen/parley/v1/turn_event_pb.js";
import { TurnStatus } from "../../gen/parley/v1/turn_pb.js";
import { placedEvent, placedMessage } from "./testing/events.ts";
import { type TurnExcerpt, turnOf } from "./turn.ts";

const asked = placedMessage(2, { role: Role.USER, content: "find music", tokens: 3 });
const answered = (seq: number, content = "Basta", tokens?: number) =>
  placedMessage(seq, { role: Role.ASSISTANT, content, ...(tokens && { tokens }) });
const ended = (seq: number, value: MessageInitShape<typeof TurnEndedSchema> = {}) =>
  placedEvent(seq, { case: "turnEnded", value });
const noted = (seq: number) => placedEvent(seq, { case: "agentEvent", value: { name: "note" } });

function excerpt(events: Event[], more: Partial<TurnExcerpt> = {}): TurnExcerpt {
  const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
  return { turn: 1, events, eventCount: last - first + 1, lastSeq: last, isLast: true, ...more };
}

describe("a turn that forms from messages", () => {
  it("is open while it is the last one, and tells what was said", () => {
    expect(turnOf(excerpt([asked, answered(3), answered(4, "  ")]))).toMatchObject({
      turnId: "e2",
      turnNumber: 1,
      userMessage: "find music",
      agentResponse: "  ",
      timestamp: timestampFromMs(2000),
      firstSeq: 2,
      lastSeq: 4,
      status: TurnStatus.OPEN,
      latencyMs: 2000,
      tokensUsed: 3,
    });
  });

  it("has ended when another one has begun, and no call says when", () => {
    const turn = turnOf(excerpt([asked], { isLast: false }));
    expect(turn.status).toBe(TurnStatus.ENDED);
    expect(turn.endedAt ?? turn.latencyMs).toBeUndefined();
  });

  it.each([
    ["the first user message", [answered(2), placedMessage(3, { role: Role.USER, content: "q" })]],
    ["the first of two", [placedMessage(2, { role: Role.USER, content: "q" }), asked]],
  ])("tells %s", (_, events) => {
    expect(turnOf(excerpt(events)).userMessage).toBe("q");
  });

  it.each([
    ["none where nothing was answered", [asked], ""],
    ["none while only a tool was called", [asked, answered(3, "")], ""],
    ["the last one that says something", [asked, answered(3, "a"), answered(4, "")], "a"],
    [
      "none where that was redacted",
      [asked, answered(3, "a"), placedMessage(4, { role: Role.ASSISTANT, redacted: true })],
      "",
    ],
  ])("has for an answer %s", (_, events, answer) => {
    expect(turnOf(excerpt(events)).agentResponse).toBe(answer);
  });

  it("counts the tokens its messages say, but not a part of them", () => {
    expect(turnOf(excerpt([asked, answered(3, "a", 4), answered(4)])).tokensUsed).toBe(7);
    expect(turnOf(excerpt([answered(2)])).tokensUsed).toBeUndefined();
    expect(turnOf(excerpt([asked, answered(9, "a", 4)])).tokensUsed).toBeUndefined();
    const most = 4_294_967_295;
    expect(turnOf(excerpt([asked, answered(3, "a", most)])).tokensUsed).toBe(most);
  });
});

describe("a turn that calls began and ended", () => {
  const started = placedEvent(2, {
    case: "turnStarted",
    value: { scenarioBefore: { scenarioId: "s", stepId: "1" }, metadata: { a: 1, b: 1 } },
  });

  it("tells what was reported, and keeps what was kept with either end", () => {
    const end = ended(5, {
      outcome: "resolved",
      matchedRules: [{ ruleId: "r" }],
      scenarioAfter: { scenarioId: "s", stepId: "2" },
      latencyMs: 7,
      tokensUsed: 8,
      metadata: { b: 2, a: null },
    });
    const said = placedMessage(3, { role: Role.USER, content: "q", tokens: 1 });
    expect(turnOf(excerpt([started, said, answered(4), end]))).toMatchObject({
      turnId: "e2",
      userMessage: "q",
      agentResponse: "Basta",
      timestamp: timestampFromMs(2000),
      firstSeq: 2,
      lastSeq: 5,
      status: TurnStatus.ENDED,
      matchedRules: [{ ruleId: "r" }],
      scenarioBefore: { stepId: "1" },
      scenarioAfter: { stepId: "2" },
      latencyMs: 7,
      tokensUsed: 8,
      outcome: "resolved",
      endedAt: timestampFromMs(5000),
      metadata: { b: 2 },
    });
  });

  it("is not changed by what comes after its end", () => {
    const events = [started, answered(3, "a", 5), ended(4)];
    const later = [noted(5), answered(6, "late", 9)];
    const turn = turnOf(excerpt(events, { isLast: true }));
    expect(turnOf(excerpt([...events, ...later], { isLast: false }))).toEqual(turn);
    // Read up to its end only, as a long log gives it.
    expect(turnOf(excerpt(events, { eventCount: 99, lastSeq: 101 }))).toEqual(turn);
    expect(turn).toMatchObject({ lastSeq: 4, tokensUsed: 5 });
  });
});

describe("the tools of a turn", () => {
  const calls = (seq: number, ...named: [callId: string, name: string][]) =>
    placedMessage(seq, {
      role: Role.ASSISTANT,
      parts: named.map(([callId, name]) => ({
        part: { case: "toolCall", value: { callId, name, input: { of: callId } } },
      })),
    });
  const result = (seq: number, callId: string, name = "", isError = false) =>
    placedMessage(seq, {
      role: Role.TOOL,
      parts: [{ part: { case: "toolResult", value: { callId, name, isError } } }],
    });
  const tools = (...events: Event[]) =>
    turnOf(excerpt(events)).toolsCalled.map(({ callId, name, success, latencyMs }) => [
      callId || name,
      success,
      latencyMs,
    ]);

  it.each<[string, unknown[], Event[]]>([
    [
      "each with the result of its id",
      [
        ["a", true, undefined],
        ["b", false, undefined],
        ["c", undefined, undefined],
      ],
      [
        calls(2, ["a", "x"], ["b", "x"], ["c", "x"]),
        result(3, "b", "x", true),
        result(4, "a"),
        result(5, "of another turn"),
      ],
    ],
    [
      "of one id that is used twice, in order",
      [
        ["a", false, undefined],
        ["a", true, undefined],
      ],
      [calls(2, ["a", "x"]), result(3, "a", "x", true), calls(4, ["a", "x"]), result(5, "a")],
    ],
    [
      "without ids, by name",
      [
        ["x", undefined, undefined],
        ["y", true, undefined],
      ],
      [calls(2, ["", "x"], ["", "y"]), result(3, "", "y")],
    ],
    [
      "completed by what the end reports, which never contradicts a message",
      [
        ["a", true, 5],
        ["b", false, 6],
        ["x", true, 7],
        ["new", undefined, undefined],
      ],
      [
        calls(2, ["a", "x"], ["b", "x"]),
        result(3, "a"),
        ended(4, {
          toolsCalled: [
            { callId: "a", name: "x", success: false, latencyMs: 5 },
            { callId: "b", name: "x", success: false, latencyMs: 6 },
            { callId: "", name: "x", success: true, latencyMs: 7 },
            { callId: "new", name: "x" },
          ],
        }),
      ],
    ],
  ])("are listed %s", (_, expected, events) => {
    expect(tools(...events)).toEqual(expected);
  });

  it("keep their input and output", () => {
    const output = { kind: { case: "numberValue", value: 1 } } as const;
    const end = ended(3, { toolsCalled: [{ callId: "a", output, input: { other: 1 } }] });
    expect(turnOf(excerpt([calls(2, ["a", "x"]), end])).toolsCalled).toMatchObject([
      { name: "x", input: { of: "a" }, output },
    ]);
  });
});
