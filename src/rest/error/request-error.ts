import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema } from "../../../gen/google/rpc/error_details_pb.js";
import type { Violation } from "../codec/violation.ts";

// What can be wrong with a request before a method sees it. These have a status
// of their own, which no gRPC code stands for.

const statuses = new WeakMap<ConnectError, number>();

/** The HTTP status an error was made with; undefined for errors of handlers. */
export function fixedStatus(error: ConnectError): number | undefined {
  return statuses.get(error);
}

function requestError(
  status: number,
  code: Code,
  message: string,
  headers?: Record<string, string>,
) {
  const error = new ConnectError(message, code, headers);
  statuses.set(error, status);
  return error;
}

/** 400 for a request that is none: its target, its host, its headers. */
export function malformedRequest(message: string): ConnectError {
  return requestError(400, Code.InvalidArgument, message);
}

/** 400 with every violation found, as google.rpc.BadRequest. */
export function invalidFields(violations: readonly Violation[]): ConnectError {
  const message = violations.map(({ field, description }) => `${field} ${description}`).join("; ");
  const error = new ConnectError(message, Code.InvalidArgument, undefined, [
    { desc: BadRequestSchema, value: { fieldViolations: [...violations] } },
  ]);
  statuses.set(error, 400);
  return error;
}

/** 404: no template matches the path. */
export function noSuchPath(): ConnectError {
  return requestError(404, Code.NotFound, "there is nothing at this path");
}

/** 405 with the methods the path has. */
export function methodNotAllowed(method: string, allow: readonly string[]): ConnectError {
  const list = allow.join(", ");
  const message = `this path does not take ${method}; it takes ${list}`;
  return requestError(405, Code.Unimplemented, message, { allow: list });
}

/** 406: the caller accepts none of the forms an answer has. */
export function notAcceptable(offers: readonly string[]): ConnectError {
  const message = `the answer is ${offers.join(" or ")}, which Accept does not admit`;
  return requestError(406, Code.InvalidArgument, message);
}

/** 406: the caller refuses every coding there is, and none too. */
export function codingNotAcceptable(codings: readonly string[]): ConnectError {
  const message = `the answer comes as ${codings.join(" or ")}, which Accept-Encoding does not admit`;
  return requestError(406, Code.InvalidArgument, message);
}

/** 413 for a body over the limit, in bytes. */
export function payloadTooLarge(maxBytes: number): ConnectError {
  const message = `the body is larger than ${maxBytes} bytes`;
  return requestError(413, Code.ResourceExhausted, message);
}

/** 413 for a form with too many fields. */
export function tooManyFields(max: number): ConnectError {
  return requestError(413, Code.ResourceExhausted, `the form has more than ${max} fields`);
}

/** 415 for a body of another type or coding; `headers` say which ones would do. */
export function unsupportedMediaType(
  message: string,
  headers: Record<string, string>,
): ConnectError {
  return requestError(415, Code.InvalidArgument, message, headers);
}

/** 501 for methods whose requests are streams. */
export function streamNotSupported(): ConnectError {
  const message = "streams of requests are not served over REST: use gRPC or Connect";
  return requestError(501, Code.Unimplemented, message);
}

/** 501 for a WebSocket handshake: ignoring it would run a method nobody asked for. */
export function webSocketNotSupported(): ConnectError {
  return requestError(501, Code.Unimplemented, "WebSocket is not served here");
}
