import type { HandlerContext } from "@connectrpc/connect";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type CancelTaskRequest,
  CancelTaskRequestSchema,
} from "../../../gen/parley/v1/task_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { taskNotFound } from "../../domain/errors.ts";
import { cancelTask as cancel } from "../../domain/task-commands.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";
import { visibleTask } from "./visible-task.ts";

export function cancelTask(context: Context) {
  return async (request: CancelTaskRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const { taskId, reason } = request;
    const place = await visibleTask(context, principal, taskId);
    await context.log.write({
      principal,
      id: place.sessionId,
      ...operationOf(context, call, principal, CancelTaskRequestSchema, request),
      decide(found) {
        if (found?.uid !== place.uid || found.deletedAt !== undefined) throw taskNotFound();
        const now = context.clock.now();
        const { head } = admit(found, principal, now, Permission.COLLABORATE);
        const drafts = cancel(head, taskId, { reason, code: "cancelled", now });
        return changeWork(context, principal, head, drafts);
      },
    });
    const { task } = await visibleTask(context, principal, taskId);
    return { task };
  };
}
