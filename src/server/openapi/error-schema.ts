import { REASONS, type Reason } from "../../domain/errors.ts";
import type { Schema } from "../../rest/openapi/index.ts";
import type { ErrorBody } from "../error-body.ts";

/** What each reason means, to somebody who reads it for the first time. */
export const MEANINGS: Readonly<Record<Reason, string>> = {
  invalid_argument: "Something in the request is wrong; `details` say which fields, and why.",
  unauthenticated: "The request does not say who calls, or does not prove it.",
  scope_denied: "The caller, or its credential, may not do this.",
  session_not_accessible: "The session may not be used like this.",
  insufficient_balance: "The caller's account does not cover what the run is to hold.",
  budget_exceeded: "The session's budget is spent.",
  session_cannot_be_cancelled: "There is no work that could be cancelled.",
  session_cannot_be_paused: "There is no work that could be paused.",
  session_cannot_be_resumed: "There is no paused work.",
  unsupported_format: "The results have no such form.",
  session_not_found: "There is no such session for this caller.",
  session_expired: "The session existed until its `expires_at`.",
  message_not_found: "The session has no message at this place.",
  turn_not_found: "The session has no such turn.",
  task_not_found: "There is no such task for this caller.",
  results_not_available: "Nothing has come out of the session yet.",
  key_not_found: "There is no such key for this caller.",
  share_not_found: "There is no such share, or its link is of no use any more.",
  comment_not_found: "The session has no such comment.",
  erasure_not_found: "There is no such erasure in this tenant.",
  not_found: "There is nothing at this path.",
  method_not_allowed: "The path does not take this method; `Allow` says which it takes.",
  not_acceptable: "The answer has no form that `Accept` admits.",
  session_exists: "There is another session of this id.",
  idempotency_conflict: "The `Idempotency-Key` was used for another request.",
  session_busy: "The session has a task, and takes no other now.",
  stale_lease: "The task is another worker's, or nobody's: stop working on it.",
  turn_open: "A turn is open; it must be ended first.",
  turn_ended: "The turn has ended, or is not the last one.",
  partial_gap: "What comes before this fragment was not published.",
  version_conflict: "The session has changed since.",
  precondition_failed: "The session is not as `If-Match` says.",
  payload_too_large: "The request is too large.",
  unsupported_media_type: "The body is in a form that is not read here.",
  session_quota_exceeded: "The caller has as many runs, sessions or watches as it may.",
  rate_limit_exceeded: "The calls come faster than the caller's plan allows.",
  internal: "It is our fault. The request's id finds the cause in the log.",
  unimplemented: "This is not served here.",
  unavailable: "A store is away, and nothing was written. Try again.",
  outcome_unknown: "Whether this was written is not known yet. Ask again with the same key.",
  deadline_exceeded: "It took too long.",
};

/** Messages of google.rpc in JSON; unset members are left out. */
const ERROR_DETAIL: Schema = {
  type: "object",
  description:
    "One of google.rpc's details: `BadRequest` names the fields that are wrong, `RetryInfo` says " +
    "when to try again, `RequestInfo` under which id the log has the cause. There may be others.",
  properties: {
    "@type": {
      type: "string",
      examples: ["type.googleapis.com/google.rpc.BadRequest"],
    },
    field_violations: {
      type: "array",
      items: {
        type: "object",
        properties: {
          field: { type: "string", description: "Its path, such as `messages[0].role`." },
          description: { type: "string", description: "Why it is wrong." },
        },
        required: ["field", "description"],
      },
    },
    retry_delay: { type: "string", description: "How long to wait, such as `1s`." },
    request_id: { type: "string" },
  },
  required: ["@type"],
  additionalProperties: true,
};

/** Every error over REST, see `ErrorBody`. */
export const ERROR_SCHEMA: Schema = {
  type: "object",
  description: "What every answer that is no success looks like.",
  properties: {
    error: {
      type: "string",
      enum: Object.keys(REASONS),
      description: "The reason, which stays as it is; there may be new ones.",
    },
    message: { type: "string", description: "The same for people. It may change at any time." },
    code: { type: "integer", format: "int32", description: "The HTTP status." },
    timestamp: { type: "string", format: "date-time", description: "When, by our clock." },
    details: {
      type: "array",
      items: ERROR_DETAIL,
      description: "What else there is to say, by type.",
    },
  } satisfies Record<keyof ErrorBody, Schema>,
  required: ["error", "message", "code", "timestamp", "details"],
};
