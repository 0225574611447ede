import type { Head, OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import type {
  CompleteTaskRequest,
  FailTaskRequest,
} from "../../gen/parley/v1/worker_outcome_pb.js";
import { refuseDeepObject } from "./json-depth.ts";
import { refuseLargeObject } from "./json-size.ts";
import { MAX_METADATA_BYTES } from "./session.ts";
import { taskOf } from "./task.ts";
import { released } from "./task-lease.ts";
import { messageDraft, type WorkDraft } from "./work-draft.ts";

/** Most bytes of structured results, encoded. */
export const MAX_RESULTS_BYTES = 1_048_576;

/** Before the second attempt; doubled before each further one. */
const FIRST_RETRY_MS = 1000;
/** The longest that a worker may ask to wait, too. */
const LONGEST_RETRY_MS = 3_600_000;

type Completion = Pick<
  CompleteTaskRequest,
  | "result"
  | "results"
  | "summary"
  | "citations"
  | "confidenceScore"
  | "metadata"
  | "followOn"
  | "resultMessageId"
>;

/** Ends a task with what came out, which the agent says in the conversation if it has not yet. */
export function complete(head: Head, open: OpenTask, facts: Completion): WorkDraft[] {
  checkCompletion(facts);
  const { taskId } = taskOf(open);
  const { result, results, summary, citations, confidenceScore, metadata, followOn } = facts;
  const value = { result, results, summary, citations, confidenceScore, metadata, followOn };
  const completed: WorkDraft = { taskId, payload: { case: "taskCompleted", value } };
  if (facts.resultMessageId || result.trim() === "") return [completed];
  return [messageDraft(head, { taskId, role: Role.ASSISTANT, content: result }), completed];
}

function checkCompletion({ results, metadata, followOn, citations }: Completion): void {
  refuseLargeObject("results", results, MAX_RESULTS_BYTES);
  refuseLargeObject("metadata", metadata, MAX_METADATA_BYTES);
  refuseLargeObject("follow_on", followOn, MAX_METADATA_BYTES);
  for (const [i, citation] of citations.entries()) {
    refuseDeepObject(`citations[${i}].metadata`, citation.metadata);
  }
}

type Failure = Pick<
  FailTaskRequest,
  "errorCode" | "errorMessage" | "retryable" | "retryAfterMs" | "returned"
>;

/** Ends a task that failed, or offers it again: at once where its worker only gave it back. */
export function fail(open: OpenTask, facts: Failure, now: Date): WorkDraft[] {
  const { taskId, attempt, maxAttempts } = taskOf(open);
  if (facts.returned) {
    const { errorCode, errorMessage } = facts;
    const said = { ...(errorCode && { errorCode }), ...(errorMessage && { errorMessage }) };
    return [released(open, { reason: ReleaseReason.RETURNED, readyAt: now, ...said })];
  }
  const value = {
    errorCode: facts.errorCode || "worker_failed",
    errorMessage: facts.errorMessage || "its worker has failed",
  };
  if (!facts.retryable || attempt >= maxAttempts) {
    return [{ taskId, payload: { case: "taskFailed", value } }];
  }
  const readyAt = new Date(now.getTime() + (facts.retryAfterMs ?? retryDelay(attempt)));
  return [released(open, { reason: ReleaseReason.FAILED, readyAt, ...value })];
}

function retryDelay(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
}
