import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import {
  AppendEventsRequestSchema,
  AppendMessagesRequestSchema,
} from "../../gen/parley/v1/conversation_commands_pb.js";
import { CreateSessionRequestSchema } from "../../gen/parley/v1/session_commands_pb.js";
import { SubmitTaskRequestSchema } from "../../gen/parley/v1/task_requests_pb.js";
import {
  BeginTurnRequestSchema,
  EndTurnRequestSchema,
} from "../../gen/parley/v1/turn_requests_pb.js";
import { messagesIn } from "./message-cost.ts";

it.each([
  [create(AppendMessagesRequestSchema, { messages: [{}, {}, {}] }), 3],
  [create(CreateSessionRequestSchema), 0],
  [create(CreateSessionRequestSchema, { prompt: "why" }), 1],
  [create(SubmitTaskRequestSchema, { query: "why" }), 1],
  [create(BeginTurnRequestSchema), 0],
  [create(BeginTurnRequestSchema, { userMessage: "hello" }), 1],
  [create(EndTurnRequestSchema), 0],
  [create(EndTurnRequestSchema, { agentResponse: "hello" }), 1],
  [create(AppendEventsRequestSchema, { events: [{}] }), 0],
])("%# counts what a request is to append", (request, messages) => {
  expect(messagesIn(request)).toBe(messages);
});
