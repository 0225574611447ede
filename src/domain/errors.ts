/** Connect/gRPC code names, as `codeFromString` of the RPC library reads them. */
type CodeName =
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "unauthenticated";

interface ReasonRow {
  readonly code: CodeName;
  readonly http: number;
}

/**
 * Every reason an answer can fail for, with its gRPC code and HTTP status.
 * Names and statuses are those of the API documents; the edge reads this table
 * and nothing else.
 */
export const REASONS = {
  invalid_argument: { code: "invalid_argument", http: 400 },
  unauthenticated: { code: "unauthenticated", http: 401 },
  scope_denied: { code: "permission_denied", http: 403 },
  session_not_accessible: { code: "permission_denied", http: 403 },
  insufficient_balance: { code: "failed_precondition", http: 402 },
  budget_exceeded: { code: "failed_precondition", http: 402 },
  session_cannot_be_cancelled: { code: "failed_precondition", http: 400 },
  session_cannot_be_paused: { code: "failed_precondition", http: 400 },
  session_cannot_be_resumed: { code: "failed_precondition", http: 400 },
  unsupported_format: { code: "invalid_argument", http: 400 },
  session_not_found: { code: "not_found", http: 404 },
  session_expired: { code: "not_found", http: 404 },
  message_not_found: { code: "not_found", http: 404 },
  turn_not_found: { code: "not_found", http: 404 },
  task_not_found: { code: "not_found", http: 404 },
  results_not_available: { code: "not_found", http: 404 },
  key_not_found: { code: "not_found", http: 404 },
  share_not_found: { code: "not_found", http: 404 },
  comment_not_found: { code: "not_found", http: 404 },
  erasure_not_found: { code: "not_found", http: 404 },
  not_found: { code: "not_found", http: 404 },
  method_not_allowed: { code: "unimplemented", http: 405 },
  not_acceptable: { code: "invalid_argument", http: 406 },
  session_exists: { code: "already_exists", http: 409 },
  idempotency_conflict: { code: "already_exists", http: 409 },
  session_busy: { code: "failed_precondition", http: 409 },
  stale_lease: { code: "aborted", http: 409 },
  turn_open: { code: "failed_precondition", http: 409 },
  turn_ended: { code: "failed_precondition", http: 409 },
  partial_gap: { code: "aborted", http: 409 },
  version_conflict: { code: "aborted", http: 409 },
  precondition_failed: { code: "aborted", http: 412 },
  payload_too_large: { code: "resource_exhausted", http: 413 },
  unsupported_media_type: { code: "invalid_argument", http: 415 },
  session_quota_exceeded: { code: "resource_exhausted", http: 429 },
  rate_limit_exceeded: { code: "resource_exhausted", http: 429 },
  internal: { code: "internal", http: 500 },
  unimplemented: { code: "unimplemented", http: 501 },
  unavailable: { code: "unavailable", http: 503 },
  outcome_unknown: { code: "unavailable", http: 503 },
  deadline_exceeded: { code: "deadline_exceeded", http: 504 },
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASONS;

/** One field that was wrong, by its path in snake_case (`messages[0].role`). */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

interface Extra {
  readonly violations?: readonly FieldViolation[];
  /** When a retry makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** What went wrong underneath. Logged, never sent. */
  readonly cause?: unknown;
}

/** What the domain refuses, and why. Translated once, at the edge. */
export class ParleyError extends Error {
  override readonly name = "ParleyError";
  readonly reason: Reason;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason, message: string, extra: Extra = {}) {
    super(message, { cause: extra.cause });
    this.reason = reason;
    this.violations = extra.violations ?? [];
    this.retryAfterMs = extra.retryAfterMs;
  }
}

/** The one answer for what is unknown, another's or another tenant's. */
export function sessionNotFound(): ParleyError {
  return new ParleyError("session_not_found", "the session does not exist");
}

/** The owner's account cannot carry what a run is to hold. */
export function insufficientBalance(): ParleyError {
  return new ParleyError(
    "insufficient_balance",
    "the balance does not cover what the run would hold",
  );
}

const QUOTAS = {
  runs: { message: "too many of your runs have not ended yet", retryAfterMs: 10_000 },
  sessions: { message: "you have as many sessions as you may", retryAfterMs: 60_000 },
  watches: { message: "you watch as many sessions here as you may", retryAfterMs: 10_000 },
} as const;

/** The caller has as many of something as it may. When there is room again only it knows. */
export function quotaExceeded(of: keyof typeof QUOTAS): ParleyError {
  const { message, retryAfterMs } = QUOTAS[of];
  return new ParleyError("session_quota_exceeded", message, { retryAfterMs });
}

/** The one answer to a missing credential and to every bad one; `why` is for the log. */
export function unauthenticated(why: string): ParleyError {
  return new ParleyError("unauthenticated", "the request has no credential that is good here", {
    cause: why,
  });
}

/** The answer for what is unknown, another's or another tenant's. */
export function keyNotFound(): ParleyError {
  return new ParleyError("key_not_found", "the key does not exist");
}

/** The one answer for a link or share that is unknown, revoked, over or another tenant's. */
export function shareNotFound(): ParleyError {
  return new ParleyError("share_not_found", "the share does not exist");
}

/** The session has no such comment, or has it no longer. */
export function commentNotFound(): ParleyError {
  return new ParleyError("comment_not_found", "the comment does not exist");
}

/** The answer for what is unknown or another tenant's. */
export function erasureNotFound(): ParleyError {
  return new ParleyError("erasure_not_found", "the erasure does not exist");
}

export function taskNotFound(): ParleyError {
  return new ParleyError("task_not_found", "the task does not exist");
}

/** The worker has the task no longer, if it ever had. */
export function staleLease(): ParleyError {
  return new ParleyError("stale_lease", "the task is no longer yours; stop working on it");
}

export function invalidArgument(field: string, description: string): ParleyError {
  return new ParleyError("invalid_argument", `${field}: ${description}`, {
    violations: [{ field, description }],
  });
}

/** A field holds more than it may; `description` says how much that is. */
export function payloadTooLarge(field: string, description: string): ParleyError {
  return new ParleyError("payload_too_large", `${field}: ${description}`, {
    violations: [{ field, description }],
  });
}

/** A store is away, and nothing was written. */
export function unavailable(cause?: unknown): ParleyError {
  return new ParleyError("unavailable", "a store is not reachable right now; try again", {
    retryAfterMs: 1000,
    cause,
  });
}

/** A write was sent, and nobody could say in time how it ended. */
export function outcomeUnknown(cause?: unknown): ParleyError {
  return new ParleyError(
    "outcome_unknown",
    "whether this was written is not known yet; ask again with the same request_id",
    { cause },
  );
}

/** True if an error says that a store is away, so that nothing was written. */
export function isAway(error: unknown): boolean {
  return error instanceof ParleyError && error.reason === "unavailable";
}
