import type { HandlerContext } from "@connectrpc/connect";
import type { WatchSessionRequest } from "../../../gen/parley/v1/watch_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { quotasOf } from "../quotas.ts";

export function watchSession(context: Context) {
  return (request: WatchSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    return context.log.watch({
      principal,
      maxWatches: quotasOf(context, principal).maxWatches,
      id: request.sessionId,
      afterSeq: request.afterSeq,
      kinds: request.kinds,
      partials: request.partials,
      untilTerminal: request.untilTerminal,
      signal: call.signal,
      shutdown: context.shutdown,
    });
  };
}
