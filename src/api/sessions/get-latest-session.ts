import type { HandlerContext } from "@connectrpc/connect";
import type { GetLatestSessionRequest } from "../../../gen/parley/v1/session_queries_pb.js";
import type { Context } from "../../context.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";

export function getLatestSession(context: Context) {
  return async ({ agentId }: GetLatestSessionRequest, call: HandlerContext) => {
    const { tenantId, userId } = callerOf(call);
    const head = await context.log.latest({
      tenantId,
      userId,
      now: context.clock.now(),
      ...(agentId === undefined ? {} : { agentId }),
    });
    return { session: sessionView(head) };
  };
}
