import type { Examples } from "./example-table.ts";

const QUESTION = {
  comment_id: "01a1fcac-e968-74bd-815e-28ec337b4f0c",
  comment_type: "question",
  content: "Is this the latest figure?",
  author: { user_id: "ann", type: "user" },
  created_at: "2026-01-02T03:04:06.789Z",
  edited_at: null,
  reference_point: "turn:1",
  reference: { turn: 1 },
  reply_to: null,
  thread_id: "01a1fcac-e968-74bd-815e-28ec337b4f0c",
  reply_count: 1,
  resolved: false,
  resolved_at: null,
  resolved_by: null,
  deleted: false,
  deleted_at: null,
  seq: 4,
  version: 4,
};

const ANSWER = {
  ...QUESTION,
  comment_id: "01a1fcac-e968-74bd-815e-28ec337b4f0d",
  comment_type: "note",
  content: "Yes, of this quarter.",
  author: { user_id: "bob", type: "user" },
  reference_point: null,
  reference: null,
  reply_to: QUESTION.comment_id,
  reply_count: 0,
  seq: 5,
  version: 5,
};

export const COMMENT_EXAMPLES: Readonly<Record<string, Examples>> = {
  addComment: {
    requestExamples: {
      question: {
        summary: "A question about a turn",
        value: {
          content: QUESTION.content,
          comment_type: "question",
          reference_point: "turn:1",
        },
      },
      answer: {
        summary: "An answer",
        value: { content: ANSWER.content, reply_to: QUESTION.comment_id },
      },
    },
    answerExamples: { added: { value: { ...QUESTION, reply_count: 0 } } },
  },
  listComments: {
    answerExamples: {
      page: {
        value: {
          comments: [QUESTION, ANSWER],
          total: 2,
          limit: 50,
          offset: 0,
          has_more: false,
          version: 5,
        },
      },
    },
  },
};
