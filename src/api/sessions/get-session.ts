import type { HandlerContext } from "@connectrpc/connect";
import { type Session, SessionStatus } from "../../../gen/parley/v1/session_pb.js";
import type { GetSessionRequest } from "../../../gen/parley/v1/session_queries_pb.js";
import type { Context } from "../../context.ts";
import { structuredResults } from "../../domain/results.ts";
import { sessionView } from "../../domain/session-view.ts";
import { isRun } from "../../domain/work.ts";
import type { Reading } from "../../log/read-session.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { TASK_END } from "../tail.ts";

export function getSession(context: Context) {
  return async (request: GetSessionRequest, call: HandlerContext) => {
    const wish = { principal: callerOf(call), id: request.sessionId, ...freshnessOf(request) };
    const reading = await context.log.read(wish);
    if (!isCompletedRun(reading)) {
      markStale(call, reading);
      return { session: sessionView(reading.head) };
    }
    // Few reads are of a run that has completed, so that the others ask for no events.
    const again = await context.log.read({ ...wish, want: TASK_END });
    const session = await withResults(context, again);
    markStale(call, again);
    return { session };
  };
}

function isCompletedRun({ session }: Reading): boolean {
  return isRun(session) && session.status === SessionStatus.COMPLETED;
}

/** Its results are not in its head: they may be large, and no list shows them. */
async function withResults(context: Context, reading: Reading): Promise<Session> {
  const view = sessionView(reading.head);
  if (!isCompletedRun(reading)) return view;
  const completion = await context.log.completion(reading);
  return completion === undefined
    ? view
    : { ...view, results: structuredResults(completion.completed) };
}
