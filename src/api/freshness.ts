import type { HandlerContext } from "@connectrpc/connect";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import type { Freshness } from "../log/read-session.ts";

/** Header (gRPC: metadata) of an answer that may be older than the staleness bound. */
const STALE_HEADER = "parley-stale";

/** How fresh a read of one session must be: live unless the caller says otherwise. */
export function freshnessOf(request: {
  consistency: Consistency;
  atLeastVersion?: number;
}): Freshness {
  const consistency =
    request.consistency === Consistency.UNSPECIFIED ? Consistency.LIVE : request.consistency;
  return { consistency, atLeastVersion: request.atLeastVersion ?? 0 };
}

/** Marks an answer that was given while the journal could not be asked. */
export function markStale(call: HandlerContext, reading: { stale: boolean }): void {
  if (reading.stale) call.responseHeader.set(STALE_HEADER, "true");
}
