import { ConversationService } from "../../../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../../../gen/parley/v1/message_pb.js";
import { live, type Row, row, unknown } from "./row.ts";

const { method: conversation } = ConversationService;
const message = { role: Role.USER, content: "hello", metadata: { a: [1, { b: null }] } };
const MESSAGE_ID = "0192f000-0000-7000-8000-000000000001";

/** What is said in a session, before anything of it is taken away. */
export const CONVERSATION_ROWS: readonly Row[] = [
  row(conversation.appendMessages, [
    {
      name: "two",
      input: { sessionId: "one", messages: [message, { role: Role.ASSISTANT, content: "hi" }] },
    },
    { name: "none", input: { sessionId: "one" }, fails: "invalid_argument" },
    {
      name: "wrong ones",
      input: { sessionId: "one", messages: [{ content: "x" }, { role: Role.TOOL }] },
      fails: "invalid_argument",
    },
    { name: "unknown", input: { ...unknown, messages: [message] }, fails: "session_not_found" },
  ]),
  row(conversation.listMessages, [
    { name: "all", input: live },
    { name: "a page", input: { ...live, limit: 1 } },
    { name: "of a role", input: { ...live, role: Role.ASSISTANT, afterSeq: 1 } },
    { name: "two places", input: { ...live, page: 1, offset: 0 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(conversation.listTurns, [
    { name: "all", input: live },
    { name: "none of them", input: { ...live, offset: 9 } },
    { name: "too many", input: { ...live, limit: 0 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(conversation.listTurnEvents, [
    { name: "all", input: { ...live, includePayload: true } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(conversation.listEvents, [
    { name: "all", input: live },
    { name: "without payloads", input: { ...live, includePayload: false, afterSeq: 2 } },
    { name: "too many", input: { ...live, limit: 1001 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(conversation.watchSession, [
    { name: "from the start", input: { sessionId: "one", afterSeq: 0 }, take: 5 },
    { name: "from a place", input: { sessionId: "one", afterSeq: 3 }, take: 2 },
    { name: "from now on", input: { sessionId: "one" }, take: 1 },
    {
      name: "from beyond the end",
      input: { sessionId: "one", afterSeq: 999 },
      fails: "invalid_argument",
    },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(conversation.getMessage, [
    { name: "one", input: { ...live, seq: 5 } },
    { name: "what is none", input: { ...live, seq: 1 }, fails: "message_not_found" },
    { name: "unknown", input: { ...unknown, seq: 2 }, fails: "session_not_found" },
  ]),
  row(conversation.appendEvents, [
    {
      name: "one",
      input: { sessionId: "one", events: [{ name: "note", agentId: "a", payload: { n: 1 } }] },
    },
    {
      name: "a wrong name",
      input: { sessionId: "one", events: [{ name: "a b" }] },
      fails: "invalid_argument",
    },
    {
      name: "unknown",
      input: { ...unknown, events: [{ name: "note" }] },
      fails: "session_not_found",
    },
  ]),
  row(conversation.publishPartial, [
    { name: "the first", input: { sessionId: "one", messageId: MESSAGE_ID, text: "ab" } },
    { name: "the next", input: { sessionId: "one", messageId: MESSAGE_ID, offset: 2, text: "c" } },
    {
      name: "with a gap before it",
      input: { sessionId: "one", messageId: MESSAGE_ID, offset: 9, text: "d" },
      fails: "partial_gap",
    },
    {
      name: "of no message",
      input: { sessionId: "one", messageId: "x", text: "a" },
      fails: "invalid_argument",
    },
    {
      name: "unknown",
      input: { ...unknown, messageId: MESSAGE_ID, text: "a" },
      fails: "session_not_found",
    },
  ]),
];
