import { REASONS, type Reason } from "../../domain/errors.ts";
import type { ErrorResponse, Example, OperationFacts } from "../../rest/openapi/index.ts";
import type { ErrorBody } from "../error-body.ts";
import { MEANINGS } from "./error-schema.ts";
import type { StatedError } from "./stated-errors.ts";

/** What may go wrong with any call. */
const ALWAYS: readonly Reason[] = [
  "unauthenticated",
  "rate_limit_exceeded",
  "not_acceptable",
  "internal",
  "unavailable",
  "outcome_unknown",
  "deadline_exceeded",
];

/** What REST answers to a body it does not read. */
const OF_BODIES: readonly Reason[] = ["payload_too_large", "unsupported_media_type"];

/** Names of answers that are the same for all operations, by status. */
const SHARED: Readonly<Record<number, string>> = {
  400: "InvalidArgument",
  401: "Unauthenticated",
  406: "NotAcceptable",
  413: "PayloadTooLarge",
  415: "UnsupportedMediaType",
  429: "TooManyRequests",
  500: "Internal",
  503: "Unavailable",
  504: "DeadlineExceeded",
};

/** The statuses an operation may fail with: those its comment names, and everybody's. */
export function errorResponses(
  facts: OperationFacts,
  stated: readonly StatedError[],
): ErrorResponse[] {
  const notes = new Map(stated.map(({ reason, note }) => [reason, note]));
  const reasons = new Set<Reason>([...notes.keys(), ...ALWAYS]);
  if (facts.hasParameters || facts.hasBody) reasons.add("invalid_argument");
  if (facts.hasBody) for (const reason of OF_BODIES) reasons.add(reason);
  if (facts.ifMatch) reasons.add("precondition_failed");
  const byStatus = Map.groupBy(reasons, (reason) => REASONS[reason].http);
  return [...byStatus]
    .sort(([one], [other]) => one - other)
    .map(([status, group]) => errorResponse(status, group, notes));
}

function errorResponse(
  status: number,
  reasons: readonly Reason[],
  notes: ReadonlyMap<Reason, string>,
): ErrorResponse {
  const isShared = SHARED[status] !== undefined && reasons.every((reason) => !notes.get(reason));
  const retryable = reasons.some((reason) => RETRYABLE.has(reason));
  return {
    status,
    description: reasons.map((reason) => describe(reason, notes.get(reason))).join("\n"),
    ...(isShared && { name: SHARED[status] }),
    ...(retryable && { headers: { "Retry-After": RETRY_AFTER } }),
    examples: Object.fromEntries(reasons.map((reason) => [reason, example(reason, status)])),
  };
}

/** Reasons that say when to try again. */
const RETRYABLE: ReadonlySet<Reason> = new Set([
  "unavailable",
  "session_quota_exceeded",
  "rate_limit_exceeded",
]);

const RETRY_AFTER = {
  description: "Seconds after which to try again; not for `outcome_unknown`.",
  schema: { type: "string" },
};

function describe(reason: Reason, note: string | undefined): string {
  const text = `- \`${reason}\`: ${MEANINGS[reason]}`;
  return note ? `${text} Here: ${note}.` : text;
}

function example(reason: Reason, status: number): Example {
  const value: ErrorBody = {
    error: reason,
    message: MEANINGS[reason].replaceAll("`", ""),
    code: status,
    timestamp: "2026-01-02T03:04:05Z",
    details: [],
  };
  return { value };
}
