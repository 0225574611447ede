import type { HandlerContext } from "@connectrpc/connect";
import {
  CleanupResult,
  type CleanupSessionsRequest,
  CleanupSessionsRequestSchema,
} from "../../../gen/parley/v1/session_bulk_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";
import { type NamedOperation, operationOf } from "../operation.ts";
import { decideDeletion } from "./deletion.ts";

export function cleanupSessions(context: Context) {
  return async (request: CleanupSessionsRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    refuseTwice(request.sessionIds);
    const named = operationOf(context, call, principal, CleanupSessionsRequestSchema, request);
    // All are tried, so that one that fails leaves less for the next call.
    const tried = await Promise.allSettled(
      request.sessionIds.map((id, i) => cleanUp(context, principal, id, partOf(named, i))),
    );
    const outcomes = tried.map((one, i) => {
      if (one.status === "rejected") throw one.reason;
      return { sessionId: request.sessionIds[i]!, result: one.value };
    });
    const deleted = outcomes.filter(({ result }) => result === CleanupResult.DELETED);
    const sessionIds = deleted.map(({ sessionId }) => sessionId);
    return { deleted: deleted.length, sessionIds, outcomes };
  };
}

function refuseTwice(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, id] of ids.entries()) {
    if (seen.has(id)) throw invalidArgument(`session_ids[${i}]`, "is named twice");
    seen.add(id);
  }
}

/** The operations of a call are told apart by their places in it. */
function partOf({ operation, retryable }: NamedOperation, place: number): NamedOperation {
  return { operation: { ...operation, key: `${operation.key}/${place}` }, retryable };
}

async function cleanUp(
  context: Context,
  principal: Principal,
  id: string,
  named: NamedOperation,
): Promise<CleanupResult> {
  const now = context.clock.now();
  try {
    await context.log.write({
      principal,
      id,
      ...named,
      decide: (found) =>
        decideDeletion(context, principal, admitDeleted(found, principal, now).head),
    });
    return CleanupResult.DELETED;
  } catch (error) {
    if (isNotOwn(error)) return CleanupResult.NOT_FOUND;
    throw error;
  }
}

/** Unknown, or another's, be it shared with the caller or not. */
function isNotOwn(error: unknown): boolean {
  if (!(error instanceof ParleyError)) return false;
  return error.reason === "session_not_found" || error.reason === "session_not_accessible";
}
