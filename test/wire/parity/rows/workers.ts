import { Role } from "../../../../gen/parley/v1/message_pb.js";
import type { ClaimTaskResponse } from "../../../../gen/parley/v1/worker_requests_pb.js";
import { WorkerService } from "../../../../gen/parley/v1/worker_service_pb.js";
import { type Kept, type Row, row } from "./row.ts";

const { method: workers } = WorkerService;
const headers = { "x-roles": "worker" };
const MESSAGE_ID = "0192f000-0000-7000-8000-000000000002";
const NO_LEASE = "0192f000-0000-7000-8000-000000000003";

/** A request about the run's task, by who has it. */
const held =
  <T extends object>(fields: T) =>
  ({ runTask, runLease }: Kept) => ({ taskId: runTask, leaseId: runLease, ...fields });

/** What is refused of every method about a task. */
const refusals = <T extends object>(fields: T) => [
  { name: "by who is no worker", input: held(fields), fails: "scope_denied" },
  {
    name: "by who does not have it",
    input: held({ ...fields, leaseId: NO_LEASE }),
    headers,
    fails: "stale_lease",
  },
  {
    name: "of no task",
    input: { taskId: "unknown", leaseId: NO_LEASE, ...fields },
    headers,
    fails: "task_not_found",
  },
  {
    name: "by a worker of another tenant",
    input: held(fields),
    headers: { ...headers, "x-tenant-id": "elsewhere" },
    fails: "task_not_found",
  },
];

function claimed({ assignment }: ClaimTaskResponse) {
  if (assignment?.task === undefined) throw new Error("nothing was claimed");
  return { task: assignment.task.taskId, lease: assignment.leaseId };
}

/** A worker takes a task and says how far it is. */
export const CLAIM_ROWS: readonly Row[] = [
  row(workers.claimTask, [
    { name: "what nobody has", input: { workerId: "w", types: ["nothing"] }, headers },
    {
      name: "a run",
      input: { workerId: "w", agentIds: ["analyst"], leaseSeconds: 600, requestId: "c-1" },
      headers,
      keep(answer) {
        const { task, lease } = claimed(answer);
        return { runTask: task, runLease: lease };
      },
    },
    {
      name: "the same again",
      input: { workerId: "w", agentIds: ["analyst"], leaseSeconds: 600, requestId: "c-1" },
      headers,
    },
    { name: "by who is no worker", input: { workerId: "w" }, fails: "scope_denied" },
    { name: "by nobody", input: { workerId: "a b" }, headers, fails: "invalid_argument" },
    {
      name: "of another tenant",
      input: { workerId: "w", tenantIds: ["another"] },
      headers,
      fails: "scope_denied",
    },
  ]),
  row(workers.heartbeat, [
    { name: "of who has it", input: held({ leaseSeconds: 600 }), headers },
    {
      name: "for too long",
      input: held({ leaseSeconds: 601 }),
      headers,
      fails: "invalid_argument",
    },
    ...refusals({}),
  ]),
  row(workers.reportProgress, [
    {
      name: "the first",
      input: held({
        progress: 40,
        currentStage: "reading",
        message: "Two of five",
        workflowId: "x",
      }),
      headers,
    },
    { name: "beyond the end", input: held({ progress: 101 }), headers, fails: "invalid_argument" },
    ...refusals({ progress: 41 }),
  ]),
];

const output = { messages: [{ role: Role.ASSISTANT, content: "So far" }] };
const usage = { reports: [{ model: "m", inputTokens: 30n, outputTokens: 12n, cost: 0.25 }] };

/** It says what comes out. */
export const OUTPUT_ROWS: readonly Row[] = [
  row(workers.publishTaskPartial, [
    { name: "the first", input: held({ messageId: MESSAGE_ID, text: "So" }), headers },
    {
      name: "with a gap before it",
      input: held({ messageId: MESSAGE_ID, offset: 9, text: "r" }),
      headers,
      fails: "partial_gap",
    },
    {
      name: "of no message",
      input: held({ messageId: "x", text: "a" }),
      headers,
      fails: "invalid_argument",
    },
    ...refusals({ messageId: MESSAGE_ID, text: "a" }),
  ]),
  row(workers.appendTaskOutput, [
    {
      name: "a message and a decision",
      input: held({
        messages: [{ ...output.messages[0], messageId: MESSAGE_ID, metadata: { a: [null] } }],
        events: [{ name: "decision", message: "The second", payload: { choice: 2 } }],
      }),
      headers,
    },
    { name: "none", input: held({}), headers, fails: "invalid_argument" },
    ...refusals(output),
  ]),
  row(workers.reportUsage, [
    { name: "of a model", input: held(usage), headers },
    {
      name: "more than the budget allows",
      input: held({ reports: [{ tokens: 5000n, agentId: "a", tool: "t" }] }),
      headers,
    },
    {
      name: "in less than there is",
      input: held({ reports: [{ cost: 0.1234567 }] }),
      headers,
      fails: "invalid_argument",
    },
    ...refusals(usage),
  ]),
];

const talk = ({ talkTask, talkLease }: Kept) => ({ taskId: talkTask, leaseId: talkLease });
const claimOfTalk = {
  input: { workerId: "w", types: ["digest"], leaseSeconds: 600 },
  headers,
  keep: (answer: ClaimTaskResponse) => ({ talkLease: claimed(answer).lease }),
};

/** It ends. */
export const OUTCOME_ROWS: readonly Row[] = [
  row(workers.completeTask, [
    {
      name: "too sure",
      input: held({ confidenceScore: 1.5 }),
      headers,
      fails: "invalid_argument",
    },
    ...refusals({ result: "late" }),
    {
      name: "with everything",
      input: held({
        result: "The second one is cheaper.",
        results: { choice: 2, list: [1.5, null] },
        summary: "Second.",
        citations: [{ title: "Proposal 2", url: "https://example.com/2", metadata: { page: 3 } }],
        confidenceScore: 0.8,
        metadata: { took: "long" },
        followOn: { next: [] },
        requestId: "o-1",
      }),
      headers,
    },
    { name: "twice", input: held({ result: "r" }), headers, fails: "stale_lease" },
  ]),
  row(workers.heartbeat, [{ name: "of what has ended", input: held({}), headers }]),
  row(workers.claimTask, [{ name: "a task of a conversation", ...claimOfTalk }]),
  row(workers.failTask, [
    {
      name: "to be tried again",
      input: (kept) => ({ ...talk(kept), retryable: true, retryAfterMs: 0, errorCode: "flaky" }),
      headers,
    },
    { name: "of another attempt", input: talk, headers, fails: "stale_lease" },
    {
      name: "with a code that is none",
      input: (kept) => ({ ...talk(kept), errorCode: "a b" }),
      headers,
      fails: "invalid_argument",
    },
    { name: "of no task", input: { taskId: "unknown" }, headers, fails: "task_not_found" },
    { name: "by who is no worker", input: talk, fails: "scope_denied" },
  ]),
  row(workers.claimTask, [{ name: "the next attempt", ...claimOfTalk }]),
  row(workers.failTask, [
    {
      name: "for good",
      input: (kept) => ({ ...talk(kept), retryable: true, errorMessage: "No answer" }),
      headers,
    },
  ]),
];
