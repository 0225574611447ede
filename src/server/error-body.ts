import type { JsonValue } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { REASONS, type Reason } from "../domain/errors.ts";
import { reasonOf, statedReason } from "./error-reason.ts";

/** What every answer over HTTP that is no success looks like. */
export interface ErrorBody {
  /** The stable reason. */
  readonly error: Reason;
  readonly message: string;
  /** The HTTP status. */
  readonly code: number;
  /** RFC 3339, UTC, whole seconds. */
  readonly timestamp: string;
  /** google.rpc details as JSON, each with its `@type`. */
  readonly details: readonly JsonValue[];
}

export function errorBody(
  reason: Reason,
  message: string,
  status: number = REASONS[reason].http,
  details: readonly JsonValue[] = [],
): ErrorBody {
  const timestamp = `${new Date().toISOString().slice(0, 19)}Z`;
  return { error: reason, message, code: status, timestamp, details };
}

/** Statuses that REST gives before a method sees the request, which no code stands for. */
const REASON_OF_STATUS: Readonly<Record<number, Reason>> = {
  405: "method_not_allowed",
  406: "not_acceptable",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

const ERROR_INFO = `type.googleapis.com/${ErrorInfoSchema.typeName}`;

/**
 * The body REST gives an error, with its details as JSON. ErrorInfo goes, since
 * `error` says it, and so do members that say nothing.
 */
export function restErrorBody(error: ConnectError, status: number, details: JsonValue[]) {
  const reason = statedReason(error) ?? REASON_OF_STATUS[status] ?? reasonOf(error);
  const shown = details.map(withoutEmpty).filter((detail) => typeOf(detail) !== ERROR_INFO);
  return { ...errorBody(reason, error.rawMessage, status), details: shown };
}

function typeOf(detail: JsonValue): JsonValue | undefined {
  return isObject(detail) ? detail["@type"] : undefined;
}

/** REST writes unset members too, which in an error only hide what is there. */
function withoutEmpty(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(withoutEmpty);
  if (!isObject(json)) return json;
  const members = Object.entries(json).filter(
    ([name, value]) => value !== null && (value !== "" || name === "field"),
  );
  return Object.fromEntries(members.map(([name, value]) => [name, withoutEmpty(value)]));
}

function isObject(json: JsonValue): json is Record<string, JsonValue> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
