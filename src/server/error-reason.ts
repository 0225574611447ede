import { Code, type ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { REASONS, type Reason } from "../domain/errors.ts";

/** The `domain` of every ErrorInfo: whose reasons these are. */
const ERROR_DOMAIN = "parley";

/**
 * What a code means when nobody said why: errors of the RPC library itself, such
 * as a body that does not parse or is too large.
 */
const REASON_OF_CODE: Readonly<Record<Code, Reason>> = {
  [Code.Canceled]: "deadline_exceeded",
  [Code.Unknown]: "internal",
  [Code.InvalidArgument]: "invalid_argument",
  [Code.DeadlineExceeded]: "deadline_exceeded",
  [Code.NotFound]: "not_found",
  [Code.AlreadyExists]: "session_exists",
  [Code.PermissionDenied]: "scope_denied",
  [Code.ResourceExhausted]: "payload_too_large",
  [Code.FailedPrecondition]: "invalid_argument",
  [Code.Aborted]: "version_conflict",
  [Code.OutOfRange]: "invalid_argument",
  [Code.Unimplemented]: "unimplemented",
  [Code.Internal]: "internal",
  [Code.Unavailable]: "unavailable",
  [Code.DataLoss]: "internal",
  [Code.Unauthenticated]: "unauthenticated",
};

/** The reason an error states in an ErrorInfo of ours, if it has one. */
export function statedReason(error: ConnectError): Reason | undefined {
  for (const detail of error.details) {
    if (!("desc" in detail) || detail.desc.typeName !== ErrorInfoSchema.typeName) continue;
    const { reason } = detail.value as { reason?: string };
    if (reason !== undefined && Object.hasOwn(REASONS, reason)) return reason as Reason;
  }
  return undefined;
}

/** The reason an error states, else the one its code stands for. */
export function reasonOf(error: ConnectError): Reason {
  return statedReason(error) ?? REASON_OF_CODE[error.code];
}

/** Gives an error that states no reason the one its code stands for. */
export function withReason(error: ConnectError): ConnectError {
  if (statedReason(error) === undefined) error.details.push(errorInfo(reasonOf(error)));
  return error;
}

/** A reason as a detail of an error. */
export function errorInfo(reason: Reason) {
  return { desc: ErrorInfoSchema, value: { reason, domain: ERROR_DOMAIN } };
}

/** The HTTP status of an error over REST. */
export function restErrorStatus(error: ConnectError): number {
  return REASONS[reasonOf(error)].http;
}
