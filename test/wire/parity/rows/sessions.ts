import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { live, type Row, row, unknown } from "./row.ts";

const { method: session } = SessionService;

/** Sessions as things. */
export const SESSION_ROWS: readonly Row[] = [
  row(session.createSession, [
    {
      name: "with everything",
      input: {
        sessionId: "one",
        externalId: "ext:1",
        title: "A title, ünïcödé",
        agentId: "agent",
        context: { deep: { list: [1, 2.5, "x", null, true] } },
        metadata: { k: "v" },
        labels: { team: "a", empty: "" },
        ttl: { seconds: 3600n },
        requestId: "r-1",
      },
    },
    ...["bulk-1", "bulk-2", "bulk-3"].map((sessionId) => ({
      name: `to be deleted with others: ${sessionId}`,
      input: { sessionId },
      headers: { "x-user-id": "carol" },
    })),
    { name: "by Idempotency-Key", input: {}, headers: { "idempotency-key": "k-1" } },
    {
      name: "with a key of another request",
      input: { title: "other" },
      headers: { "idempotency-key": "k-1" },
      fails: "idempotency_conflict",
    },
    { name: "a second name twice", input: { externalId: "ext:1" }, fails: "session_exists" },
    { name: "a title of nothing", input: { title: " " }, fails: "invalid_argument" },
    {
      name: "several mistakes",
      input: { agentId: "", ttlSeconds: 0, ttl: { seconds: -1n } },
      fails: "invalid_argument",
    },
    {
      name: "a caller who is none",
      input: {},
      headers: { "x-user-id": "two words" },
      fails: "invalid_argument",
    },
  ]),
  row(session.getSession, [
    { name: "strong", input: live },
    { name: "by its second name", input: { sessionId: "ext:1" } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
    {
      name: "an id with odd characters",
      input: { sessionId: "a/b c%2Fé?" },
      fails: "session_not_found",
    },
  ]),
  row(session.listSessions, [
    { name: "all", input: {} },
    { name: "a page", input: { limit: 1 } },
    { name: "by title", input: { q: "title" } },
    { name: "too many", input: { limit: 1000 }, fails: "invalid_argument" },
    { name: "two places", input: { offset: 1, page: 2 }, fails: "invalid_argument" },
    { name: "a token that is none", input: { pageToken: "x" }, fails: "invalid_argument" },
  ]),
  row(session.updateSession, [
    { name: "a title", input: { sessionId: "one", title: "Renamed" } },
    {
      name: "by a mask",
      input: { sessionId: "one", updateMask: { paths: ["metadata", "title"] }, metadata: { n: 1 } },
    },
    {
      name: "another state",
      input: { sessionId: "one", title: "x", etag: "1-1-a" },
      fails: "version_conflict",
    },
    {
      name: "another state by if_match",
      input: { sessionId: "one", title: "x", ifMatch: "1-1-a" },
      fails: "precondition_failed",
    },
    { name: "unknown", input: { ...unknown, title: "x" }, fails: "session_not_found" },
    {
      name: "a mask of nothing",
      input: { sessionId: "one", updateMask: { paths: ["nothing"] } },
      fails: "invalid_argument",
    },
  ]),
  row(session.checkSessionExists, [
    { name: "that does", input: { sessionId: "one" } },
    { name: "that does not", input: unknown },
  ]),
  row(session.getLatestSession, [
    { name: "of an agent", input: { agentId: "agent" } },
    { name: "of nobody", input: { agentId: "nobody" }, fails: "session_not_found" },
  ]),
];
