import type { OperationExamples } from "./operation-examples.ts";
import { WAITING_TASK } from "./task.ts";

const task = { answerExamples: { task: { value: WAITING_TASK } } };

export const TASK_EXAMPLES: Readonly<Record<string, OperationExamples>> = {
  submitTask: {
    requestExamples: {
      conversation: {
        summary: "In a conversation, which is created if need be",
        value: { session_id: "tour", query: "What changed since Monday?" },
      },
      urgent: {
        summary: "In the place of what is worked on, by workers of a type",
        value: {
          session_id: "tour",
          query: "What changed since Monday?",
          type: "digest",
          mode: "quick",
          time_limit: "60s",
          on_busy: "interrupt",
        },
      },
    },
    answerExamples: {
      submitted: { value: { task: WAITING_TASK, session_id: "tour", created_session: false } },
    },
  },
  getTask: task,
  listTasks: {
    answerExamples: { page: { value: { tasks: [WAITING_TASK], total: 1, has_more: false } } },
  },
  cancelTask: {
    requestExamples: { reason: { summary: "With a reason", value: { reason: "Not needed" } } },
    answerExamples: {
      cancelled: {
        value: {
          ...WAITING_TASK,
          status: "cancelled",
          error_message: "Not needed",
          error_code: "cancelled",
          completed_at: "2026-01-02T03:04:30Z",
        },
      },
    },
  },
};
