import { describe, expect, it } from "vitest";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { placedEvent, placedMessage } from "./testing/events.ts";
import { claimed, progressed, submitted, taskEvent } from "./testing/task-events.ts";
import { turnEventsOf } from "./turn-events.ts";

const asked = placedMessage(2, { role: Role.USER, content: "q" });
const output = (seq: number, content: string, name?: string) =>
  placedMessage(seq, { role: Role.ASSISTANT, content, ...(name && { name }) });
const agent = (seq: number, name: string, message: string, agentId?: string) =>
  placedEvent(seq, { case: "agentEvent", value: { name, message, ...(agentId && { agentId }) } });

function turnEvents(events: Event[], includePayload = true, page?: Event[]) {
  const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
  const counts = { eventCount: last - first + 1, lastSeq: last, isLast: true };
  return turnEventsOf({ turn: 1, events, ...counts }, includePayload, page);
}

describe("the final output of a turn", () => {
  it.each([
    [
      "the first one that is not blank",
      [asked, output(3, " "), output(4, "a"), output(5, "b")],
      "a",
    ],
    ["none where all are blank", [asked, output(3, " ")], ""],
    ["no title", [asked, output(3, "Trip", "title_generator"), output(4, "a")], "a"],
    ["no title of an agent event", [agent(2, "LLM_OUTPUT", "Trip", "title_generator")], ""],
    ["of agent events where no message says it", [asked, agent(3, "LLM_OUTPUT", "x", "a")], "x"],
    ["no other agent event", [asked, agent(3, "note", "x", "a")], ""],
    [
      "none where that was redacted",
      [placedMessage(2, { role: Role.ASSISTANT, redacted: true }), output(3, "a")],
      "",
    ],
  ])("is %s", (_, events, text) => {
    expect(turnEvents(events).finalOutput).toBe(text);
  });
});

describe("the events of a turn", () => {
  it("come without payloads unless they are asked for, and with the names", () => {
    const [bare] = turnEvents([asked], false).events;
    expect(bare).toMatchObject({ seq: 2, eventId: "e2", payload: { case: undefined } });
    expect(turnEvents([asked]).events[0]?.payload.case).toBe("message");
  });

  it("are its first ones, 200 at most, without a gap", () => {
    const events = Array.from({ length: 300 }, (_, i) => output(i + 2, "x"));
    expect(turnEvents(events).events).toHaveLength(200);
    const gap = turnEvents([...events.slice(0, 5), ...events.slice(9)]);
    expect(gap.events.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect(gap.eventCount).toBe(300);
  });

  it("are those of a page that begins inside it, with figures of the whole turn", () => {
    const page = turnEvents([asked, output(3, "a"), output(4, "b")], true, [output(4, "b")]);
    expect(page.events.map(({ seq }) => seq)).toEqual([4]);
    expect(page).toMatchObject({ userQuery: "q", finalOutput: "a", eventCount: 3 });
  });
});

describe("the metadata of a turn", () => {
  it("names agents and speakers once, sorted", () => {
    const events = [
      asked,
      agent(3, "x", "", "planner"),
      output(4, "a", "writer"),
      agent(5, "x", "", "critic"),
      agent(6, "x", "", "planner"),
      agent(7, "x", ""),
    ];
    expect(turnEvents(events).metadata?.agentsInvolved).toEqual(["critic", "planner", "writer"]);
  });

  it("has what was reported at its end", () => {
    const end = placedEvent(4, { case: "turnEnded", value: { tokensUsed: 9, latencyMs: 8 } });
    expect(turnEvents([asked, output(3, "a"), end]).metadata).toMatchObject({
      tokensUsed: 9,
      executionTimeMs: 8,
    });
    const unknown = turnEvents([asked]).metadata;
    expect(unknown?.tokensUsed ?? unknown?.executionTimeMs).toBeUndefined();
  });

  it("has what was attached, with thumbnails only where payloads are asked for", () => {
    const thumbnail = new Uint8Array([1]);
    const attachments = [{ filename: "a.png", thumbnail }];
    const said = placedMessage(2, { role: Role.USER, content: "q", attachments });
    expect(turnEvents([said]).metadata?.attachments).toMatchObject([{ thumbnail }]);
    expect(turnEvents([said], false).metadata?.attachments).toMatchObject([
      { filename: "a.png", thumbnail: new Uint8Array() },
    ]);
  });
});

describe("a turn that a task worked on", () => {
  const used = (seq: number, inputTokens: bigint, agentId?: string) =>
    taskEvent(seq, { case: "usageReported", value: { inputTokens, ...(agentId && { agentId }) } });
  const completed = (seq: number, result: string) =>
    taskEvent(seq, { case: "taskCompleted", value: { result } });
  const worked = [asked, claimed(3), progressed(4, 9), used(5, 3n, "critic"), used(6, 4n)];

  it("tells which one, and what it took where nobody else said", () => {
    const { taskId, metadata } = turnEvents([...worked, completed(7, "")]);
    expect(taskId).toBe("t1");
    expect(metadata).toMatchObject({
      tokensUsed: 7,
      executionTimeMs: 4000,
      agentsInvolved: ["critic"],
    });
    expect(turnEvents([asked]).taskId).toBeUndefined();
  });

  it("took what its messages and its end say, if they do", () => {
    const answer = placedMessage(7, { role: Role.ASSISTANT, content: "a", tokens: 2 });
    const answered = turnEvents([...worked, answer, completed(8, "a")]).metadata;
    expect(answered).toMatchObject({ tokensUsed: 2, executionTimeMs: 5000 });
    const end = placedEvent(8, { case: "turnEnded", value: { tokensUsed: 1, latencyMs: 6 } });
    const ended = turnEvents([...worked, completed(7, "a"), end]).metadata;
    expect(ended).toMatchObject({ tokensUsed: 1, executionTimeMs: 6 });
  });

  it("says nothing of what it cannot know: a part of the usage, or of the time", () => {
    const gap = turnEvents([asked, claimed(3), used(5, 3n)]).metadata;
    expect(gap?.tokensUsed).toBeUndefined();
    const unseen = turnEvents([asked, claimed(3), completed(9, "")]).metadata;
    expect(unseen?.executionTimeMs).toBeUndefined();
    // Claimed in an earlier turn.
    const late = turnEvents([asked, progressed(3, 9), completed(4, "")]).metadata;
    expect(late?.executionTimeMs ?? late?.tokensUsed).toBeUndefined();
  });

  it.each([
    ["the result of the task", [output(7, "draft"), completed(8, "result")], "result"],
    ["an output where it did not complete", [output(7, "draft")], "draft"],
    ["an output where the result is blank", [output(7, "draft"), completed(8, " \n")], "draft"],
    [
      "nothing where an answer was redacted",
      [placedMessage(7, { role: Role.ASSISTANT, redacted: true }), completed(8, "result")],
      "",
    ],
  ])("has for its final output %s", (_, events, text) => {
    expect(turnEvents([...worked, ...events]).finalOutput).toBe(text);
  });

  it("is of the first one that has more in it than its submission or its end unbegun", () => {
    const unbegun = taskEvent(4, { case: "taskCancelled", value: {} }, "t2");
    const waits = submitted(3, { taskId: "t2", agentId: "other" });
    expect(turnEvents([asked, waits, unbegun]).taskId).toBeUndefined();
    const own = claimed(5, "w1", 1, "t3");
    const { taskId, metadata } = turnEvents([asked, waits, unbegun, own, claimed(6)]);
    expect([taskId, metadata?.agentsInvolved]).toEqual(["t3", []]);
  });

  it("involves the agent it was submitted for, if that was in it", () => {
    const { metadata } = turnEvents([asked, submitted(3, { agentId: "lead" }), ...worked.slice(1)]);
    expect(metadata?.agentsInvolved).toEqual(["critic", "lead"]);
  });
});
