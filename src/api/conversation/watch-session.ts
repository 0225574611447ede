import type { HandlerContext } from "@connectrpc/connect";
import type { WatchSessionRequest } from "../../../gen/parley/v1/watch_pb.js";
import type { Context } from "../../context.ts";
import type { Update } from "../../log/watch-session.ts";
import { callerOf } from "../caller.ts";

export function watchSession(context: Context) {
  return async function* (request: WatchSessionRequest, call: HandlerContext) {
    const updates = context.log.watch({
      principal: callerOf(call),
      id: request.sessionId,
      afterSeq: request.afterSeq,
      signal: call.signal,
      shutdown: context.shutdown,
    });
    for await (const update of updates) yield responseOf(update);
  };
}

function responseOf(update: Update) {
  if ("event" in update) {
    return { seq: update.seq, update: { case: "event" as const, value: update.event } };
  }
  const { seq, reason, version } = update;
  return { seq, update: { case: "position" as const, value: { reason, version } } };
}
