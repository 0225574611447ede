import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../../gen/parley/v1/event_pb.js";
import type { GetSessionHistoryRequest } from "../../../gen/parley/v1/run_history_pb.js";
import type { Context } from "../../context.ts";
import { decodeEvent } from "../../domain/event.ts";
import { historyOf } from "../../domain/history.ts";
import { needPast } from "../../domain/work-steps.ts";
import type { Reading } from "../../log/read-session.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";

const DEFAULT_LIMIT = 100;

export function getSessionHistory(context: Context) {
  return async (request: GetSessionHistoryRequest, call: HandlerContext) => {
    const { limit = DEFAULT_LIMIT, offset = 0 } = request;
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: offset },
    });
    const { tasks, events } = await pageOf(context, reading, { limit, offset });
    const history = historyOf(await pastOf(context, reading, offset, events), events);
    markStale(call, reading);
    const { sessionId, version, taskCount } = reading.session;
    const nextOffset = offset + events.length;
    return {
      sessionId,
      tasks,
      total: taskCount,
      ...history,
      totalEvents: version,
      // A task has an event of its own, so that events last as long as tasks do.
      hasMore: nextOffset < version,
      nextOffset,
    };
  };
}

/**
 * As many tasks as events, which are as many as fit: of those that are cut off the other is too, so
 * that one offset leads on in both.
 */
async function pageOf(
  context: Context,
  reading: Reading,
  { limit, offset }: { limit: number; offset: number },
) {
  const records = await context.log.events(reading, { afterSeq: offset, limit });
  const wish = { order: "asc", offset, limit: records.length } as const;
  const tasks = await context.log.tasks(reading, wish);
  const expected = Math.min(records.length, reading.session.taskCount - offset);
  const missing = tasks.length > 0 && tasks.length < expected;
  const length = missing ? tasks.length : records.length;
  return { tasks, events: records.slice(0, length).map(decodeEvent) };
}

/** The head before the first event, where it takes that to tell what the events mean. */
async function pastOf(
  context: Context,
  reading: Reading,
  offset: number,
  events: readonly Event[],
): Promise<Head | undefined> {
  if (offset === 0 || !needPast(events)) return undefined;
  return (await context.log.pastHead(reading, offset)).head;
}
