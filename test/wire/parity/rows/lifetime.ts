import { ArchiveService } from "../../../../gen/parley/v1/archive_service_pb.js";
import { ConversationService } from "../../../../gen/parley/v1/conversation_service_pb.js";
import { DerivationService } from "../../../../gen/parley/v1/derivation_service_pb.js";
import { SearchService } from "../../../../gen/parley/v1/search_service_pb.js";
import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { live, type Row, row, text, unknown } from "./row.ts";

const { method: session } = SessionService;
const { method: conversation } = ConversationService;
const { method: archive } = ArchiveService;

function user(content: string) {
  return { role: "user", content: text(content) };
}

/** What becomes of a session, and how it is found again. */
export const LIFETIME_ROWS: readonly Row[] = [
  row(session.forkSession, [
    {
      name: "at a place",
      input: { sessionId: "one", atSeq: 5, newSessionId: "two", title: "Fork" },
    },
    { name: "beyond the end", input: { sessionId: "one", atSeq: 999 }, fails: "invalid_argument" },
    {
      name: "to a taken id",
      input: { sessionId: "one", newSessionId: "two" },
      fails: "session_exists",
    },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(session.getSessionInfo, [
    { name: "of one", input: live },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(session.touchSession, [
    { name: "one", input: { sessionId: "one" } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(session.extendSession, [
    { name: "longer", input: { sessionId: "one", ttlSeconds: 7200 } },
    { name: "neither way", input: { sessionId: "one" }, fails: "invalid_argument" },
    { name: "unknown", input: { ...unknown, ttlSeconds: 60 }, fails: "session_not_found" },
  ]),
  row(conversation.redactMessage, [
    { name: "one", input: { sessionId: "one", seq: 5, reason: "asked for" } },
    { name: "again", input: { sessionId: "one", seq: 5 } },
    { name: "what is none", input: { sessionId: "one", seq: 1 }, fails: "message_not_found" },
    { name: "unknown", input: { ...unknown, seq: 2 }, fails: "session_not_found" },
  ]),
  row(conversation.clearHistory, [
    { name: "with the state", input: { sessionId: "one", keepContext: false } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(SearchService.method.searchMessages, [
    { name: "what nobody said", input: { q: "zzz" } },
    { name: "nothing", input: {}, fails: "invalid_argument" },
    { name: "in an unknown session", input: { ...unknown, q: "a" }, fails: "session_not_found" },
  ]),
  row(DerivationService.method.resolveSession, [
    {
      name: "of a new conversation",
      input: { messages: [user("hi"), { role: "assistant", content: text("hello") }] },
    },
    { name: "of the same", input: { messages: [user("hi")] } },
    { name: "by the header", input: {}, headers: { "x-session-id": "three" } },
    {
      name: "by a header that is no id",
      input: {},
      headers: { "x-session-id": "a b" },
      fails: "invalid_argument",
    },
  ]),
  row(archive.listArchivedSessions, [
    { name: "none", input: {} },
    { name: "a token that is none", input: { pageToken: "x" }, fails: "invalid_argument" },
  ]),
  row(archive.getArchivedSession, [
    { name: "what lives", input: { sessionId: "one" }, fails: "session_not_found" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(archive.listArchivedEvents, [
    { name: "what lives", input: { sessionId: "one" }, fails: "session_not_found" },
    { name: "too many", input: { sessionId: "one", limit: 1001 }, fails: "invalid_argument" },
  ]),
  row(archive.reviveSession, [
    { name: "what lives", input: { sessionId: "one" }, fails: "session_not_found" },
    {
      name: "for no time",
      input: { sessionId: "one", ttl: { seconds: 0n } },
      fails: "invalid_argument",
    },
  ]),
  row(session.deleteSession, [
    {
      name: "another state",
      input: { sessionId: "one", etag: "1-1-a" },
      fails: "version_conflict",
    },
    { name: "it", input: { sessionId: "one" } },
    { name: "again", input: { sessionId: "one" } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
    { name: "unknown, for good", input: { ...unknown, purge: true } },
  ]),
  row(session.restoreSession, [
    { name: "it", input: { sessionId: "one" } },
    { name: "what was never there", input: unknown, fails: "session_not_found" },
  ]),
];
