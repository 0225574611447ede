import type { HandlerContext } from "@connectrpc/connect";
import {
  type DeleteSessionRequest,
  DeleteSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { checkState } from "../../domain/precondition.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { decideDeletion } from "./deletion.ts";

export function deleteSession(context: Context) {
  return async (request: DeleteSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, DeleteSessionRequestSchema, request),
      decide(found) {
        const { head } = admitDeleted(found, principal);
        if (head.deletedAt === undefined) checkState(head, request);
        return decideDeletion(context, principal, head);
      },
    });
    return {};
  };
}
