import {
  create,
  type DescMethod,
  type DescService,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { ArchiveService } from "../../../gen/parley/v1/archive_service_pb.js";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { DerivationService } from "../../../gen/parley/v1/derivation_service_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { SearchService } from "../../../gen/parley/v1/search_service_pb.js";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { StateService } from "../../../gen/parley/v1/state_service_pb.js";
import { TurnService } from "../../../gen/parley/v1/turn_service_pb.js";
import { SERVICES as PARLEY } from "../../../src/api/index.ts";

/** One call, and what makes its answer worth comparing. */
export interface Case {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method takes.
  readonly input: any;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many messages of a stream are looked at. */
  readonly take?: number;
  /** The reason it fails for; undefined: it succeeds. */
  readonly fails?: string;
}

export interface Row {
  readonly method: DescMethod;
  readonly cases: readonly Case[];
}

/** All services there may be, by name. */
export const SERVICES: readonly DescService[] = [
  ...PARLEY,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
];

function row<M extends DescMethod>(
  method: M,
  cases: (Case & { readonly input: MessageInitShape<M["input"]> })[],
): Row {
  return { method, cases };
}

const { method: session } = SessionService;
const { method: conversation } = ConversationService;
const { method: turns } = TurnService;
const { method: state } = StateService;
const { method: archive } = ArchiveService;
const unknown = { sessionId: "unknown" };
const live = { sessionId: "one", consistency: Consistency.STRONG };
const message = { role: Role.USER, content: "hello", metadata: { a: [1, { b: null }] } };

const MESSAGE_ID = "0192f000-0000-7000-8000-000000000001";

function text(value: string) {
  return create(ValueSchema, { kind: { case: "stringValue", value } });
}

function user(content: string) {
  return { role: "user", content: text(content) };
}

/** Made in this order over each protocol: what one case writes, the next one finds. */
export const ROWS: readonly Row[] = [
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
  row(turns.beginTurn, [
    { name: "one", input: { sessionId: "one", userMessage: "and now?", metadata: { k: [1] } } },
    { name: "another", input: { sessionId: "one" }, fails: "turn_open" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(turns.endTurn, [
    {
      name: "one that is not the last",
      input: { sessionId: "one", turn: "1" },
      fails: "turn_ended",
    },
    {
      name: "the open one",
      input: {
        sessionId: "one",
        turn: "2",
        agentResponse: "this",
        matchedRules: [{ ruleId: "r", score: 0.5 }],
        toolsCalled: [
          {
            callId: "c",
            name: "t",
            input: { a: 1 },
            output: text("x"),
            success: true,
            latencyMs: 3,
          },
        ],
        scenarioAfter: { scenarioId: "s" },
        latencyMs: 12,
        tokensUsed: 34,
        outcome: "resolved",
      },
    },
    { name: "unknown", input: { ...unknown, turn: "1" }, fails: "session_not_found" },
  ]),
  row(turns.getTurn, [
    { name: "one", input: { ...live, turn: "2" } },
    { name: "none", input: { ...live, turn: "99" }, fails: "turn_not_found" },
    { name: "unknown", input: { ...unknown, turn: "1" }, fails: "session_not_found" },
  ]),
  row(state.updateSessionState, [
    {
      name: "everything",
      input: {
        sessionId: "one",
        context: { city: "Bonn" },
        variables: { count: 3, list: ["a", null], gone: null },
        scenario: { scenarioId: "trip", stepId: "where" },
        rulesFired: ["greet", "greet"],
        agents: { planner: { plan: [1, 2] } },
      },
    },
    {
      name: "another state",
      input: { sessionId: "one", etag: "1-1-a" },
      fails: "version_conflict",
    },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(state.getSessionState, [
    { name: "as it is", input: live },
    { name: "as it was", input: { ...live, atSeq: 1 } },
    { name: "as it will be", input: { ...live, atSeq: 999 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
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
  ]),
  row(session.restoreSession, [
    { name: "it", input: { sessionId: "one" } },
    { name: "what was never there", input: unknown, fails: "session_not_found" },
  ]),
  row(Health.method.check, [
    { name: "the server", input: {} },
    { name: "a service", input: { service: SessionService.typeName } },
    { name: "an unknown one", input: { service: "nobody" }, fails: "not_found" },
  ]),
  row(Health.method.list, [{ name: "all", input: {} }]),
  row(Health.method.watch, [
    { name: "the server", input: {}, take: 1 },
    { name: "an unknown one", input: { service: "nobody" }, take: 1 },
  ]),
  ...[ServerReflection, ServerReflectionAlpha].map(({ method }) =>
    row(method.serverReflectionInfo, [
      {
        name: "services",
        input: { messageRequest: { case: "listServices", value: "" } },
        take: 1,
      },
      {
        name: "an unknown symbol",
        input: { messageRequest: { case: "fileContainingSymbol", value: "nobody" } },
        take: 1,
      },
    ]),
  ),
];
