import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { SessionDeletedSchema } from "../../../gen/parley/v1/event_pb.js";
import {
  type DeleteSessionRequest,
  DeleteSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { checkState } from "../../domain/precondition.ts";
import { cancelAll } from "../../domain/task-commands.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";

export function deleteSession(context: Context) {
  return async (request: DeleteSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, DeleteSessionRequestSchema, request),
      decide(found) {
        const { head: held } = admitDeleted(found, principal, context.clock.now());
        if (held.deletedAt !== undefined) return undefined;
        checkState(held, request);
        const payload = { case: "sessionDeleted", value: create(SessionDeletedSchema) } as const;
        const ended = cancelAll(held, { code: "deleted", now: context.clock.now() });
        return changeWork(context, principal, held, [...ended, { taskId: undefined, payload }]);
      },
    });
    return {};
  };
}
