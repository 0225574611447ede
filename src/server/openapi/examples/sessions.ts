import type { Examples } from "./example-table.ts";
import { RUN, SESSION } from "./session.ts";

const session = { answerExamples: { session: { value: SESSION } } };

export const SESSION_EXAMPLES: Readonly<Record<string, Examples>> = {
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
      run: {
        summary: "A run, which may cost two dollars",
        value: {
          session_id: "compare",
          prompt: "Compare the two proposals",
          session_type: "analysis",
          budget: { max_cost: 2, max_tokens: 100_000, policy: "pause" },
          preferences: { depth: "thorough" },
        },
      },
    },
    answerExamples: { session: { value: SESSION }, run: { value: RUN } },
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
      budget: { summary: "More money", value: { budget: { max_cost: 5 } } },
    },
    ...session,
  },
  cleanupSessions: {
    requestExamples: { two: { value: { session_ids: ["tour", "gone"] } } },
    answerExamples: {
      one: {
        summary: "One is deleted, the other was not there",
        value: {
          deleted: 1,
          session_ids: ["tour"],
          outcomes: [
            { session_id: "tour", result: "deleted" },
            { session_id: "gone", result: "not_found" },
          ],
        },
      },
    },
  },
  deleteAllSessions: {
    answerExamples: { all: { value: { deleted: 12, has_more: false } } },
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
          summary: {
            by_status: { active: 1 },
            message_count: 2,
            by_type: {},
            tokens_used: 0,
            cost: 0,
          },
        },
      },
    },
  },
};
