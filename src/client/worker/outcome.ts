import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type { CitationSchema } from "../../../gen/parley/v1/task_pb.js";
import type {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
} from "../../../gen/parley/v1/worker_outcome_pb.js";
import { PermanentError, RetryableError } from "./job-error.ts";
import type { Said } from "./message-stream.ts";

const MOST_MESSAGE_CODE_POINTS = 4_096;
const MOST_CODE_LENGTH = 64;
const LONGEST_PAUSE_MS = 3_600_000;

/** What came out of a task; the limits are those of `CompleteTaskRequest`. */
export interface TaskOutcome {
  /** As text. What is not blank is appended to the session, unless `resultMessageId` is set. */
  readonly result?: string | undefined;
  /** In a structure of the worker's own. */
  readonly results?: JsonObject | undefined;
  /** In a few sentences. */
  readonly summary?: string | undefined;
  readonly citations?: readonly MessageInitShape<typeof CitationSchema>[] | undefined;
  /** How sure the worker is, 0 to 1. */
  readonly confidence?: number | undefined;
  /** Merged into the task's metadata per key. */
  readonly metadata?: JsonObject | undefined;
  /** What remains to be done. */
  readonly followOn?: JsonObject | undefined;
  /** The assistant's message that carries the result, where the handler has appended one. */
  readonly resultMessageId?: string | undefined;
}

type Completion = MessageInitShape<typeof CompleteTaskRequestSchema>;
type Failure = MessageInitShape<typeof FailTaskRequestSchema>;

/** A result that is word for word what was streamed last is that message, and not said again. */
export function completionOf(returned: TaskOutcome | string, said: Said | undefined) {
  const outcome = typeof returned === "string" ? { result: returned } : returned;
  const { result = "", confidence: confidenceScore, citations = [], ...rest } = outcome;
  const streamed = result !== "" && result === said?.text ? said.messageId : undefined;
  return {
    ...rest,
    ...{ result, confidenceScore, citations: [...citations] },
    resultMessageId: rest.resultMessageId ?? streamed,
  } satisfies Completion;
}

/** Whatever is thrown may pass with another attempt, unless it says otherwise. */
export function failureFrom(thrown: unknown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const planned = thrown instanceof RetryableError || thrown instanceof PermanentError;
  return {
    errorMessage: beginning(message.toWellFormed()),
    errorCode: planned ? codeOf(thrown.code ?? "") : "",
    retryable: !(thrown instanceof PermanentError),
    retryAfterMs: thrown instanceof RetryableError ? pauseOf(thrown) : undefined,
  } satisfies Failure;
}

function pauseOf({ retryAfterMs }: RetryableError): number | undefined {
  return retryAfterMs && Math.min(LONGEST_PAUSE_MS, Math.max(0, Math.ceil(retryAfterMs)));
}

function beginning(text: string): string {
  if (text.length <= MOST_MESSAGE_CODE_POINTS) return text;
  return Array.from(text.slice(0, 2 * MOST_MESSAGE_CODE_POINTS))
    .slice(0, MOST_MESSAGE_CODE_POINTS)
    .join("");
}

function codeOf(code: string): string {
  return code.replaceAll(/[^A-Za-z0-9:_.-]/g, "_").slice(0, MOST_CODE_LENGTH);
}
