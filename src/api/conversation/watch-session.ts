import type { HandlerContext } from "@connectrpc/connect";
import type { WatchSessionRequest } from "../../../gen/parley/v1/watch_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";

export function watchSession(context: Context) {
  return (request: WatchSessionRequest, call: HandlerContext) =>
    context.log.watch({
      principal: callerOf(call),
      id: request.sessionId,
      afterSeq: request.afterSeq,
      kinds: request.kinds,
      partials: request.partials,
      untilTerminal: request.untilTerminal,
      signal: call.signal,
      shutdown: context.shutdown,
    });
}
