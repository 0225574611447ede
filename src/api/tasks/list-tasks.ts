import type { HandlerContext } from "@connectrpc/connect";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import type { ListTasksRequest } from "../../../gen/parley/v1/task_requests_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";

const DEFAULT_LIMIT = 20;

export function listTasks(context: Context) {
  return async (request: ListTasksRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const { tenantId, userId } = principal;
    const { sessionId: id, status, limit = DEFAULT_LIMIT, offset = 0 } = request;
    const reading =
      id === ""
        ? undefined
        : await context.log.read({
            principal,
            id,
            consistency: Consistency.STRONG,
            atLeastVersion: 0,
          });
    const { tasks, total } = await context.log.listTasks({
      tenantId,
      userId: reading?.session.userId ?? userId,
      ...(reading && { uid: reading.head.uid }),
      ...(status !== TaskStatus.UNSPECIFIED && { status }),
      order: "desc",
      limit,
      offset,
    });
    return { tasks: [...tasks], total, hasMore: offset + tasks.length < total };
  };
}
