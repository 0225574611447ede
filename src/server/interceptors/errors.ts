import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import {
  BadRequestSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/google/rpc/error_details_pb.js";
import { ParleyError, REASONS, type Reason } from "../../domain/errors.ts";
import { errorInfo, withReason } from "../error-reason.ts";
import { REQUEST_ID } from "../request-id.ts";
import { attribute } from "../unread-request.ts";
import { type CallRequest, methodName, proceed } from "./call.ts";

/**
 * The one place where an error becomes an answer. What the domain refuses goes
 * out as its reason; what nobody foresaw goes out as `internal` with a fixed text,
 * and its own words into the log under the request's id.
 */
export function mapErrors(logger: Logger): Interceptor {
  return (next) => (req) => {
    const map = (error: unknown) => toConnectError(error, req, logger);
    return proceed(next, req).then(
      (res) => (res.stream ? { ...res, message: mapped(res.message, map) } : res),
      (error) => {
        throw map(error);
      },
    );
  };
}

async function* mapped<T>(messages: AsyncIterable<T>, map: (error: unknown) => ConnectError) {
  try {
    yield* messages;
  } catch (error) {
    throw map(error);
  }
}

function toConnectError(error: unknown, req: CallRequest, logger: Logger): ConnectError {
  if (error instanceof ParleyError) {
    if (!isFailure(error.reason)) return refusal(error);
    logCause(error, req, logger);
    return withRequestId(refusal(error), req);
  }
  if (error instanceof ConnectError) return attribute(error);
  if (isOfConnection(error)) return withReason(new ConnectError(CALLER_GONE, Code.Canceled));
  if (req.signal.aborted && isAbort(error)) return aborted(req.signal);
  logCause(error, req, logger);
  return withRequestId(refusal(new ParleyError("internal", "internal error")), req);
}

/** True of what went wrong with us. What is not served here was asked for in vain, and no more. */
function isFailure(reason: Reason): boolean {
  return REASONS[reason].http >= 500 && reason !== "unimplemented";
}

/**
 * The id under which the log has the cause. Only there: every answer has the id as a
 * header, and what callers did wrong is to be the same answer each time.
 */
function withRequestId(error: ConnectError, req: CallRequest): ConnectError {
  const requestId = req.header.get(REQUEST_ID);
  if (requestId !== null) error.details.push({ desc: RequestInfoSchema, value: { requestId } });
  return error;
}

/** An unforeseen error's own words; for `unavailable`, those of the store. */
function logCause(error: unknown, req: CallRequest, logger: Logger): void {
  const err = error instanceof ParleyError ? (error.cause ?? error) : error;
  const foreseen = error instanceof ParleyError && error.reason !== "internal";
  logger[foreseen ? "warn" : "error"](
    { err, method: methodName(req), request_id: req.header.get(REQUEST_ID) },
    foreseen ? "a call was refused" : "a call failed",
  );
}

function refusal(error: ParleyError): ConnectError {
  const { reason, violations, retryAfterMs } = error;
  const details: ConstructorParameters<typeof ConnectError>[3] = [errorInfo(reason)];
  const metadata: Record<string, string> = {};
  if (violations.length > 0) {
    details.push({ desc: BadRequestSchema, value: { fieldViolations: [...violations] } });
  }
  if (reason === "unauthenticated") metadata["www-authenticate"] = CHALLENGE;
  if (retryAfterMs !== undefined) {
    metadata["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    details.push({ desc: RetryInfoSchema, value: { retryDelay: duration(retryAfterMs) } });
  }
  return new ConnectError(error.message, CODES[REASONS[reason].code], metadata, details, error);
}

/** How to prove who calls: the same over every protocol. */
const CHALLENGE = 'Bearer realm="parley", ApiKey realm="parley"';

const CALLER_GONE = "the caller has gone";

/** What reading from or writing to the caller throws: the caller left or was cut off. */
function isOfConnection(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const aborted = error instanceof Error && error.message === "aborted" && code === "ECONNRESET";
  return aborted || /^ERR_(?:HTTP2|STREAM)_/.test(code);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** The signal's reason is the library's own: a deadline, a stop, or nothing for a caller who left. */
function aborted(signal: AbortSignal): ConnectError {
  if (signal.reason instanceof ConnectError) return withReason(signal.reason);
  return withReason(new ConnectError("the call was cancelled", Code.Canceled));
}

function duration(ms: number) {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
}

/** The codes of the table of reasons, as the RPC library has them. */
export const CODES = {
  invalid_argument: Code.InvalidArgument,
  deadline_exceeded: Code.DeadlineExceeded,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  permission_denied: Code.PermissionDenied,
  resource_exhausted: Code.ResourceExhausted,
  failed_precondition: Code.FailedPrecondition,
  aborted: Code.Aborted,
  unimplemented: Code.Unimplemented,
  internal: Code.Internal,
  unavailable: Code.Unavailable,
  unauthenticated: Code.Unauthenticated,
} as const satisfies Record<(typeof REASONS)[Reason]["code"] | "failed_precondition", Code>;
