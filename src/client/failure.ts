import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack, durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { type Status, StatusSchema } from "../../gen/google/rpc/status_pb.js";

/** What a failed call says, whichever client it was made with. */
export interface CallFailure {
  readonly code: Code;
  readonly message: string;
  /** Why, by Parley's table of reasons, such as `stale_lease`; unset where the server did not say. */
  readonly reason?: string | undefined;
  /** When another attempt makes sense, where the server said so. */
  readonly retryAfterMs?: number | undefined;
}

/** Reads what a client of Connect or of grpc-js has thrown. */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof ConnectError) {
    return told(error.code, error.rawMessage, (desc) => error.findDetails(desc)[0]);
  }
  const status = statusOf(error);
  if (status === undefined) return { code: codeOf(error), message: wordsOf(error) };
  // grpc-js leaves some characters of its own message encoded (`%3B`); the status has it as it is.
  return told(status.code, status.message, (desc) => {
    const detail = status.details.find(({ typeUrl }) => typeUrl.endsWith(`/${desc.typeName}`));
    return detail && anyUnpack(detail, desc);
  });
}

type FindDetail = <D extends DescMessage>(desc: D) => MessageShape<D> | undefined;

function told(code: Code, message: string, find: FindDetail): CallFailure {
  const delay = find(RetryInfoSchema)?.retryDelay;
  return {
    code,
    message,
    reason: find(ErrorInfoSchema)?.reason,
    retryAfterMs: delay && durationMs(delay),
  };
}

/** The errors of grpc-js are looked at by their form: whoever uses Connect need not load it. */
interface GrpcError {
  readonly code: number;
  readonly details?: unknown;
  readonly metadata?: { get(key: string): (string | Uint8Array)[] };
}

function statusOf(error: unknown): Status | undefined {
  if (!isGrpcError(error)) return undefined;
  const bytes = error.metadata?.get("grpc-status-details-bin")[0];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return fromBinary(StatusSchema, bytes);
  } catch {
    return undefined; // what stands between us and the server may have its own idea of details
  }
}

function isGrpcError(error: unknown): error is GrpcError {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

function wordsOf(error: unknown): string {
  if (isGrpcError(error) && typeof error.details === "string") return error.details;
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): Code {
  return isGrpcError(error) && error.code in Code ? error.code : Code.Unknown;
}
