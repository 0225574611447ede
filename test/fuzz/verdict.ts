import type { HostileRequest } from "./hostile-requests.ts";

/** What came back for one request; of a stream, as much as came. */
export interface Answer {
  readonly status: number;
  /** Body and trailers as text. */
  readonly text: string;
}

const TIMEOUTS = ["connect-timeout-ms", "grpc-timeout", "x-server-timeout"];

/** Codes of gRPC that mean that we broke: unknown, internal, data loss. */
const BROKEN_TRAILER = /grpc-status: ?(?:2|13|15)\b/i;
/** The same where Connect says it, in the last message of a stream. */
const BROKEN_END = /"code":"(?:unknown|internal|data_loss)"/;

/**
 * What is wrong with an answer; undefined: nothing. No request may get a 5xx but those
 * that say what the caller asked for is not there: 501 (an encoding nobody knows), 505
 * (streams both ways over HTTP/1.1), and 504 where it named a deadline itself.
 */
export function faultOf(request: HostileRequest, { status, text }: Answer): string | undefined {
  if (BROKEN_TRAILER.test(text) || BROKEN_END.test(text)) return `${status}, but broken: ${text}`;
  if (status < 500 || status === 501 || status === 505) return undefined;
  if (status === 504 && request.headers.some(([name]) => TIMEOUTS.includes(name))) return undefined;
  return `${status}: ${text}`;
}

/** A request in one line, for whoever looks into it. */
export function describeRequest({ method, target, headers, body }: HostileRequest): string {
  const shown = headers.map(([name, value]) => `${name}: ${value.slice(0, 60)}`).join(", ");
  const bytes = body.toString("latin1").slice(0, 300);
  return `${method} ${target.slice(0, 300)} {${shown}} ${JSON.stringify(bytes)}`;
}

/** Whether a request may get an answer without an end. */
export function mayBeEndless({ target }: HostileRequest): boolean {
  return /watch|reflection/i.test(target);
}
