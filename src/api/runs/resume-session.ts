import type { HandlerContext } from "@connectrpc/connect";
import {
  type ResumeSessionRequest,
  ResumeSessionRequestSchema,
} from "../../../gen/parley/v1/run_requests_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { isLeased } from "../../domain/task.ts";
import { resumeWork } from "../../domain/task-commands.ts";
import { currentTask } from "../../domain/work.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";
import { standing } from "./standing.ts";

export function resumeSession(context: Context) {
  return async (request: ResumeSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, ResumeSessionRequestSchema, request),
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.COLLABORATE);
        const open = currentTask(head);
        // A lease that has run out meanwhile is found by whoever looks for what is due.
        const leased = open !== undefined && isLeased(open);
        return changeWork(context, principal, head, resumeWork(head, { leased }));
      },
    });
    return standing(written);
  };
}
