import type { IncomingHttpHeaders } from "node:http";

const GRPC_UNITS: Record<string, number> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/**
 * How long a caller wants to wait, in milliseconds, and at most `maxMs`. Read from
 * `Connect-Timeout-Ms`, `Grpc-Timeout` and `X-Server-Timeout` (seconds, fractions
 * allowed); of several the shortest counts. Undefined: no limit was given.
 * `"invalid"`: one cannot be read.
 */
export function readTimeout(
  headers: IncomingHttpHeaders,
  maxMs: number,
): number | undefined | "invalid" {
  const connect = headers["connect-timeout-ms"];
  const grpc = headers["grpc-timeout"];
  const server = headers["x-server-timeout"];
  if (connect === undefined && grpc === undefined && server === undefined) return undefined;
  const timeouts = [
    connect === undefined ? maxMs : parseMilliseconds(connect),
    grpc === undefined ? maxMs : parseGrpc(grpc),
    server === undefined ? maxMs : parseSeconds(server),
  ];
  const shortest = Math.min(maxMs, ...timeouts);
  return Number.isNaN(shortest) ? "invalid" : shortest;
}

function parseMilliseconds(header: string | string[]): number {
  return /^[0-9]{1,10}$/.test(String(header)) ? Number(header) : Number.NaN;
}

function parseGrpc(header: string | string[]): number {
  const match = /^([0-9]{1,8})([HMSmun])$/.exec(String(header));
  return match === null ? Number.NaN : Number(match[1]) * GRPC_UNITS[match[2]!]!;
}

function parseSeconds(header: string | string[]): number {
  return /^[0-9]{1,10}(?:\.[0-9]{1,9})?$/.test(String(header)) ? Number(header) * 1000 : Number.NaN;
}
