import type { OperationExamples } from "./operation-examples.ts";
import { RUN } from "./session.ts";
import { COMPLETED_TASK, TASK } from "./task.ts";

const LEASE_ID = "01a1fcac-e968-74bd-815e-28ec337b4f0d";
const MESSAGE_ID = "01a1fcac-e968-74bd-815e-28ec337b4f0e";
const lease = { lease_id: LEASE_ID };
const goOn = { signal: "continue" };

const ASSIGNMENT = {
  task: TASK,
  ...lease,
  lease_expires_at: "2026-01-02T03:04:36.789Z",
  session: { ...RUN, status: "initializing" },
};

const OUTPUT = {
  message_id: MESSAGE_ID,
  seq: 7,
  role: "assistant",
  content: "Both are read.",
  parts: [],
  timestamp: "2026-01-02T03:04:57Z",
  name: null,
  metadata: null,
  turn_number: 1,
  attachments: [],
  tokens: null,
  redacted: false,
};

export const WORKER_EXAMPLES: Readonly<Record<string, OperationExamples>> = {
  claimTask: {
    requestExamples: {
      wait: {
        summary: "One of a type, waiting for it for half a minute",
        value: { worker_id: "worker-1", types: ["analysis"], wait_ms: 30_000 },
      },
    },
    answerExamples: {
      claimed: { value: { assignment: ASSIGNMENT } },
      nothing: { summary: "There was nothing in time", value: { assignment: null } },
    },
  },
  heartbeat: {
    requestExamples: { lease: { value: { ...lease, lease_seconds: 30 } } },
    answerExamples: {
      continue: { value: { ...goOn, lease_expires_at: "2026-01-02T03:05:06Z" } },
      cancel: { summary: "It was cancelled", value: { signal: "cancel", lease_expires_at: null } },
    },
  },
  reportProgress: {
    requestExamples: { stage: { value: { ...lease, progress: 40, current_stage: "reading" } } },
    answerExamples: { continue: { value: goOn } },
  },
  appendTaskOutput: {
    requestExamples: {
      both: {
        summary: "What it says, and what it has decided",
        value: {
          ...lease,
          messages: [{ role: "assistant", content: OUTPUT.content, message_id: MESSAGE_ID }],
          events: [{ name: "decision", message: "Take the second", payload: { choice: 2 } }],
        },
      },
    },
    answerExamples: { appended: { value: { messages: [OUTPUT], version: 8 } } },
  },
  publishTaskPartial: {
    requestExamples: {
      beginning: { value: { ...lease, message_id: MESSAGE_ID, offset: 0, text: "Both" } },
    },
    answerExamples: { published: { value: { next_offset: 4 } } },
  },
  reportUsage: {
    requestExamples: {
      priced: {
        summary: "With what it cost; without `cost`, by the price list",
        value: {
          ...lease,
          reports: [
            {
              model: "m-1",
              input_tokens: 700,
              output_tokens: 300,
              cost: 0.25,
              agent_id: "reader",
            },
          ],
        },
      },
    },
    answerExamples: { counted: { value: { ...goOn, tokens_used: 1000, cost: 0.25 } } },
  },
  completeTask: {
    requestExamples: {
      result: {
        value: {
          ...lease,
          result: COMPLETED_TASK.result,
          results: { choice: 2 },
          summary: "The second one.",
          citations: [{ title: "Proposal 2", url: "https://example.com/2" }],
          confidence_score: 0.8,
        },
      },
    },
    answerExamples: { completed: { value: { task: COMPLETED_TASK } } },
  },
  failTask: {
    requestExamples: {
      again: {
        summary: "Another attempt may succeed",
        value: { ...lease, error_code: "flaky", error_message: "No answer", retryable: true },
      },
      returned: {
        summary: "The worker stops and gives it back",
        value: { ...lease, returned: true },
      },
    },
    answerExamples: {
      offered: {
        value: { task: { ...TASK, status: "queued" }, will_retry: true },
      },
    },
  },
};
