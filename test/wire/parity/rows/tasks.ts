import { TaskStatus } from "../../../../gen/parley/v1/task_pb.js";
import { OnBusy } from "../../../../gen/parley/v1/task_requests_pb.js";
import { TaskService } from "../../../../gen/parley/v1/task_service_pb.js";
import { type Row, row, unknown } from "./row.ts";

const { method: tasks } = TaskService;

/** What a conversation is to have done. */
export const TASK_ROWS: readonly Row[] = [
  row(tasks.submitTask, [
    {
      name: "with everything",
      input: {
        sessionId: "talk",
        query: "What is new?",
        type: "digest",
        agentId: "reader",
        mode: "quick",
        workflowId: "w-1",
        metadata: { deep: { list: [1, null] } },
        timeLimit: { seconds: 60n },
        maxAttempts: 2,
        requestId: "t-1",
      },
      keep: ({ task }) => ({ talkTask: task?.taskId }),
    },
    { name: "in a conversation of its own", input: { query: "And here?" } },
    {
      name: "that has to wait",
      input: { sessionId: "talk", query: "What else?" },
      keep: ({ task }) => ({ waitingTask: task?.taskId }),
    },
    {
      name: "that does not want to wait",
      input: { sessionId: "talk", query: "Now!", onBusy: OnBusy.REJECT },
      fails: "session_busy",
    },
    { name: "in a run", input: { sessionId: "run", query: "More" }, fails: "session_busy" },
    { name: "of nothing", input: { sessionId: "talk", query: " " }, fails: "invalid_argument" },
    {
      name: "too large",
      input: { sessionId: "talk", query: "x".repeat(65_537) },
      fails: "payload_too_large",
    },
    {
      name: "under an id that is none",
      input: { sessionId: "a b", query: "x" },
      fails: "invalid_argument",
    },
  ]),
  row(tasks.getTask, [
    { name: "one", input: ({ talkTask }) => ({ taskId: talkTask }) },
    { name: "unknown", input: { taskId: "unknown" }, fails: "task_not_found" },
  ]),
  row(tasks.listTasks, [
    { name: "all", input: {} },
    { name: "of a session", input: { sessionId: "talk", limit: 1 } },
    { name: "of a status", input: { status: TaskStatus.QUEUED, offset: 1 } },
    { name: "too many", input: { limit: 101 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(tasks.cancelTask, [
    { name: "one that waits", input: ({ waitingTask }) => ({ taskId: waitingTask, reason: "no" }) },
    {
      name: "one that has ended",
      input: ({ waitingTask }) => ({ taskId: waitingTask }),
      fails: "session_cannot_be_cancelled",
    },
    { name: "unknown", input: { taskId: "unknown" }, fails: "task_not_found" },
  ]),
];
