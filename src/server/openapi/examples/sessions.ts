import type { OperationExtras } from "../../rest/openapi/index.ts";

type Examples = Pick<OperationExtras, "requestExamples" | "answerExamples">;

const SESSION = {
  session_id: "tour",
  external_id: null,
  tenant_id: "dev-tenant",
  user_id: "dev-user",
  created_by: "dev-user",
  title: "A tour",
  status: "active",
  is_active: true,
  agent_id: null,
  created_at: "2026-01-02T03:04:05Z",
  updated_at: "2026-01-02T03:04:06.789Z",
  expires_at: "2026-02-01T03:04:05Z",
  context: { step: 1 },
  metadata: null,
  labels: { kind: "tour" },
  version: 3,
  state_version: 1,
  etag: "3-1-42ef7e9fdbd1",
  message_count: 2,
  turn_count: 1,
  log_bytes: 412,
  channel: null,
  user_channel_id: null,
  config_version: null,
  max_history: null,
  last_activity_at: "2026-01-02T03:04:06.789Z",
  origin: null,
  active_scenario_id: null,
  active_step_id: null,
  ttl: "2592000s",
  cleared_seq: 0,
  archived_at: null,
};

const QUESTION = {
  message_id: "01a1fcac-e968-74bd-815e-28ec337b4f0a",
  seq: 2,
  role: "user",
  content: "What is a log?",
  parts: [],
  timestamp: "2026-01-02T03:04:06.789Z",
  name: null,
  metadata: null,
  turn_number: 1,
  attachments: [],
  tokens: null,
  redacted: false,
};

const ANSWER = {
  ...QUESTION,
  message_id: "01a1fcac-e968-74bd-815e-28ec337b4f0b",
  seq: 3,
  role: "assistant",
  content: "A list that only grows.",
};

const session = { answerExamples: { session: { value: SESSION } } };

/** Bodies to show, by operation. A test holds each to its schema. */
export const EXAMPLES: Readonly<Record<string, Examples>> = {
  createSession: {
    requestExamples: {
      titled: { summary: "A conversation with a title", value: { title: "A tour" } },
      complete: {
        summary: "With an id, state and labels, for a day",
        value: {
          session_id: "tour",
          title: "A tour",
          context: { step: 1 },
          labels: { kind: "tour" },
          ttl: "86400s",
        },
      },
    },
    ...session,
  },
  getSession: session,
  getLatestSession: session,
  restoreSession: session,
  updateSession: {
    requestExamples: {
      rename: { summary: "A new title", value: { title: "Renamed" } },
      clear: {
        summary: "Without a title, and with another context",
        value: { context: { step: 2 }, update_mask: "title,context" },
      },
    },
    ...session,
  },
  listSessions: {
    answerExamples: {
      page: {
        value: {
          sessions: [SESSION],
          total_count: 1,
          count: 1,
          page: 1,
          next_page_token: "",
          summary: { by_status: { active: 1 }, message_count: 2 },
        },
      },
    },
  },
  appendMessages: {
    requestExamples: {
      exchange: {
        summary: "A question and its answer",
        value: {
          messages: [
            { role: "user", content: "What is a log?" },
            { role: "assistant", content: "A list that only grows." },
          ],
        },
      },
      parts: {
        summary: "A call of a tool, and its result",
        value: {
          messages: [
            {
              role: "assistant",
              parts: [{ tool_call: { call_id: "c1", name: "search", input: { q: "log" } } }],
            },
            { role: "tool", parts: [{ tool_result: { call_id: "c1", output: ["a", "b"] } }] },
          ],
        },
      },
    },
    answerExamples: { appended: { value: { messages: [QUESTION, ANSWER], version: 3 } } },
  },
  listMessages: {
    answerExamples: {
      page: {
        value: {
          messages: [QUESTION, ANSWER],
          total: 2,
          has_more: false,
          next_page_token: "",
          version: 3,
        },
      },
    },
  },
};
