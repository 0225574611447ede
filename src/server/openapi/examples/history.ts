import { TASK_ID } from "./session.ts";
import { TASK } from "./task.ts";

const CREATED = "2026-01-02T03:04:05Z";
const CLAIMED = "2026-01-02T03:04:06.789Z";

const USER = { type: "user", id: "dev-user" };
const WORKER = { type: "worker", id: "worker-1" };

const created = { timestamp: CREATED, actor: USER, task_id: TASK_ID };
const transition = { task_id: TASK_ID, stage: null, progress: null };
const allocation = {
  action: "allocated",
  worker_id: null,
  amount: null,
  task_id: null,
  reason: null,
};

/** What happened in a run that a worker has just claimed. */
export const HISTORY = {
  session_id: "compare",
  tasks: [TASK],
  total: 1,
  timeline: [
    {
      ...created,
      seq: 1,
      type: "session_created",
      description: "The analysis run was created",
      task_id: null,
    },
    { ...created, seq: 2, type: "message", description: "A message of role user was appended" },
    { ...created, seq: 3, type: "task_submitted", description: "Task 1 was submitted" },
    {
      seq: 4,
      timestamp: CLAIMED,
      type: "task_claimed",
      description: "Worker worker-1 took the task, attempt 1",
      actor: WORKER,
      task_id: TASK_ID,
    },
  ],
  stage_transitions: [
    { ...transition, seq: 3, timestamp: CREATED, status: "queued" },
    { ...transition, seq: 4, timestamp: CLAIMED, status: "initializing" },
  ],
  resource_allocations: [
    { ...allocation, seq: 1, timestamp: CREATED, resource: "money", amount: 2 },
    {
      ...allocation,
      seq: 4,
      timestamp: CLAIMED,
      resource: "worker",
      worker_id: WORKER.id,
      task_id: TASK_ID,
    },
  ],
  decision_points: [],
  total_events: 4,
  has_more: false,
  next_offset: 4,
};
