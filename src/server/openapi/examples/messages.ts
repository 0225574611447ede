import type { OperationExamples } from "./operation-examples.ts";

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

export const MESSAGE_EXAMPLES: Readonly<Record<string, OperationExamples>> = {
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
