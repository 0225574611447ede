import { TASK_ID } from "./session.ts";

/** The task of a run, right after a worker has claimed it. */
export const TASK = {
  task_id: TASK_ID,
  session_id: "compare",
  workflow_id: TASK_ID,
  type: "analysis",
  agent_id: null,
  query: "Compare the two proposals",
  status: "initializing",
  mode: null,
  progress: 0,
  current_stage: null,
  result: null,
  error_message: null,
  error_code: null,
  total_tokens: 0,
  total_cost_usd: 0,
  duration_ms: null,
  agents_used: [],
  tools_invoked: [],
  created_at: "2026-01-02T03:04:05Z",
  started_at: "2026-01-02T03:04:06.789Z",
  completed_at: null,
  metadata: null,
  attempt: 1,
  max_attempts: 3,
  worker_id: "worker-1",
  time_limit: "3600s",
  number: 1,
  confidence: null,
};

export const COMPLETED_TASK = {
  ...TASK,
  status: "completed",
  progress: 100,
  current_stage: "reading",
  result: "The second one is cheaper.",
  total_tokens: 1000,
  total_cost_usd: 0.25,
  duration_ms: 83_211,
  agents_used: ["reader"],
  completed_at: "2026-01-02T03:05:30Z",
  confidence: 0.8,
};

/** A task of a conversation that waits. */
export const WAITING_TASK = {
  ...TASK,
  session_id: "tour",
  type: "digest",
  query: "What changed since Monday?",
  status: "queued",
  mode: "quick",
  started_at: null,
  attempt: 0,
  worker_id: null,
};
