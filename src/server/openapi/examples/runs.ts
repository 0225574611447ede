import { HISTORY } from "./history.ts";
import type { OperationExamples } from "./operation-examples.ts";
import { COMPLETED_TASK } from "./task.ts";

const USED = { tokens: 1000, input_tokens: 700, output_tokens: 300, cost: 0.25, reports: 1 };

const METRICS = {
  session_id: "compare",
  execution_time: 83,
  resource_usage: {
    tokens_used: 1000,
    input_tokens: 700,
    output_tokens: 300,
    message_count: 3,
    event_count: 12,
    log_bytes: 2094,
    task_count: 1,
    agents: [{ name: "reader", ...USED }],
    tools: [],
  },
  cost_breakdown: {
    total: 0.25,
    currency: "USD",
    by_model: [{ name: "m-1", ...USED }],
    by_agent: [{ name: "reader", ...USED }],
    budget: 2,
    budget_used: 0.125,
    held: null,
    estimated: 0.25,
  },
  performance_metrics: {
    tasks_completed: 1,
    tasks_failed: 0,
    success_rate: 1,
    retries: 0,
    average_queue_ms: 1789,
    average_task_ms: 83_211,
    tokens_per_second: 12.018,
    latest_status: "completed",
  },
  efficiency_score: 1,
  tasks: [COMPLETED_TASK],
};

export const RUN_EXAMPLES: Readonly<Record<string, OperationExamples>> = {
  cancelSession: {
    requestExamples: { reason: { summary: "With a reason", value: { reason: "Too slow" } } },
    answerExamples: {
      cancelled: { value: { session_id: "compare", status: "cancelled", refund_amount: 1.75 } },
    },
  },
  pauseSession: {
    requestExamples: {
      reason: { summary: "With a reason", value: { reason: "A third one comes" } },
    },
    answerExamples: { paused: { value: { session_id: "compare", status: "paused" } } },
  },
  resumeSession: {
    answerExamples: { resumed: { value: { session_id: "compare", status: "running" } } },
  },
  getSessionResults: {
    answerExamples: {
      results: {
        value: {
          session_id: "compare",
          results: { choice: 2 },
          summary: "The second one.",
          citations: [
            { title: "Proposal 2", url: "https://example.com/2", snippet: "", metadata: null },
          ],
          confidence_score: 0.8,
          execution_metadata: null,
          follow_on: null,
        },
      },
    },
  },
  getSessionHistory: { answerExamples: { history: { value: HISTORY } } },
  getSessionMetrics: { answerExamples: { metrics: { value: METRICS } } },
};
