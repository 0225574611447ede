import type { HandlerContext } from "@connectrpc/connect";
import {
  type PauseSessionRequest,
  PauseSessionRequestSchema,
} from "../../../gen/parley/v1/run_requests_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { pauseWork } from "../../domain/task-commands.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeWork, isPausable } from "../work.ts";
import { standing } from "./standing.ts";

export function pauseSession(context: Context) {
  return async (request: PauseSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, PauseSessionRequestSchema, request),
      decide(found) {
        const { head, session } = admit(
          found,
          principal,
          context.clock.now(),
          Permission.COLLABORATE,
        );
        const pausable = isPausable(context, session);
        const drafts = pauseWork(head, { reason: request.reason, pausable });
        return changeWork(context, principal, head, drafts);
      },
    });
    return standing(written);
  };
}
