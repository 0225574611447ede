import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import { type Event, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { eventSentence } from "./event-sentence.ts";
import { placedEvent } from "./testing/events.ts";

type Payload = Parameters<typeof placedEvent>[1];

const KINDS = EventSchema.fields.filter((field) => field.oneof !== undefined);

/** Fields that hold what somebody said, asked for or found; other texts are names. */
const CONTENT = new Set([
  ...["content", "query", "prompt", "title", "message", "result", "summary", "outcome"],
  ...["reason", "errorMessage", "payload", "metadata", "context", "variables", "results"],
]);

/** A message with a text in each of its fields, and in those of the messages in it. */
function filled(message: DescMessage, depth = 3): object {
  const fields = message.fields.map((field) => {
    const text = CONTENT.has(field.localName) ? "secret" : "name";
    if (field.fieldKind === "scalar") {
      return [field.localName, field.scalar === ScalarType.STRING ? text : undefined];
    }
    if (field.fieldKind === "list" && field.listKind === "scalar") return [field.localName, [text]];
    if (field.fieldKind !== "message" || depth === 0) return [];
    if (field.message.typeName === "google.protobuf.Struct") {
      return [field.localName, { [text]: text }];
    }
    return field.message.typeName.startsWith("parley.") && field.oneof === undefined
      ? [field.localName, filled(field.message, depth - 1)]
      : [];
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function filledEvent(field: DescField): Event {
  if (field.message === undefined) throw new TypeError("a kind of event that is no message");
  const payload = { case: field.localName, value: filled(field.message) };
  return placedEvent(7, payload as Payload);
}

describe("the sentence of an event", () => {
  it.each(KINDS.map((field) => [field.name, field] as const))("%s tells no content", (_, field) => {
    const sentence = eventSentence(filledEvent(field));
    expect(sentence).toMatch(/^[A-Z].{5,120}[^.\s]$/);
    expect(sentence).not.toMatch(/secret|undefined|\[object/);
  });

  it.each<[string, Payload]>([
    ["The session was created", { case: "sessionCreated", value: {} }],
    [
      "The analysis run was created",
      { case: "sessionCreated", value: { session: { sessionType: SessionType.ANALYSIS } } },
    ],
    [
      "A comment was added: question, an answer",
      { case: "commentAdded", value: { commentType: CommentType.QUESTION, replyTo: "c" } },
    ],
    ["A comment was opened again", { case: "commentResolved", value: { resolved: false } }],
    [
      "The session changed: title, labels",
      { case: "sessionUpdated", value: { fields: ["title", "labels"] } },
    ],
    [
      "A message of role assistant was appended; its content was taken away",
      { case: "message", value: { role: Role.ASSISTANT, redacted: true } },
    ],
    ["The history was cleared of 1 message", { case: "historyCleared", value: { cleared: 1 } }],
    ["Turn 1 was ended", { case: "turnEnded", value: {} }],
    [
      "The session was forked from a at 9",
      { case: "sessionForked", value: { session: { origin: { sessionId: "a", seq: 9 } } } },
    ],
    ["Agent a reported note", { case: "agentEvent", value: { name: "note", agentId: "a" } }],
    [
      "The work is at 40 %, reading",
      { case: "taskProgressed", value: { progress: 40, currentStage: "reading" } },
    ],
    [
      "Worker w failed, and the task waits for another attempt",
      { case: "taskReleased", value: { workerId: "w", reason: ReleaseReason.FAILED } },
    ],
    [
      "Worker w gave the task back undone: draining",
      {
        case: "taskReleased",
        value: { workerId: "w", reason: ReleaseReason.RETURNED, errorCode: "draining" },
      },
    ],
    ["The task failed: worker_lost", { case: "taskFailed", value: { errorCode: "worker_lost" } }],
    [
      "Used 12 tokens and 0.5 dollars: m, a",
      {
        case: "usageReported",
        value: { model: "m", agentId: "a", inputTokens: 5n, outputTokens: 7n, cost: 0.5 },
      },
    ],
    ["Used 1 token and 0 dollars", { case: "usageReported", value: { tokens: 1n } }],
    [
      "The budget's max_cost is spent: the work goes on",
      { case: "budgetExceeded", value: { limit: "max_cost", policy: BudgetPolicy.WARN } },
    ],
  ])("is: %s", (sentence, payload) => {
    expect(eventSentence(placedEvent(7, payload))).toBe(sentence);
  });

  it("names a kind that is not known", () => {
    const event = create(EventSchema, { type: "from_the_future" });
    expect(eventSentence(event)).toBe("Something happened: from_the_future");
  });
});
