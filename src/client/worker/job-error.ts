interface Extra {
  /** For programs, `[A-Za-z0-9:_.-]{1,64}`; kept as the task's `error_code`. */
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** Thrown by a handler: this attempt failed, another one may not. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
  readonly code: string | undefined;
  /** When the next attempt makes sense. Default: the server's own, which grows. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, extra: Extra & { readonly retryAfterMs?: number } = {}) {
    super(message, { cause: extra.cause });
    this.code = extra.code;
    this.retryAfterMs = extra.retryAfterMs;
  }
}

/** Thrown by a handler: the task fails for good, whatever attempts are left. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
  readonly code: string | undefined;

  constructor(message: string, extra: Extra = {}) {
    super(message, { cause: extra.cause });
    this.code = extra.code;
  }
}

const WORDS = {
  cancelled: "the task has ended: it was cancelled, deleted, spent its budget or ran out of time",
  lease_lost: "the task is another worker's by now, or will be: its lease is lost",
  stopping: "the worker stops and has given the task back",
  finished: "the handler has returned; nothing more is written for the task",
} as const;

/** Why nothing more can be done for a task. */
export type AbortReason = keyof typeof WORDS;

/** What `job.signal` is aborted with, and what the methods of a job throw from then on. */
export class JobAborted extends Error {
  override readonly name = "JobAborted";
  readonly reason: AbortReason;

  constructor(reason: AbortReason, cause?: unknown) {
    super(WORDS[reason], { cause });
    this.reason = reason;
  }
}
