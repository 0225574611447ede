import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { SessionDeletedSchema } from "../../../gen/parley/v1/event_pb.js";
import {
  type DeleteSessionRequest,
  DeleteSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { changeState } from "../../domain/decision.ts";
import { checkState } from "../../domain/precondition.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function deleteSession(context: Context) {
  return async (request: DeleteSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, DeleteSessionRequestSchema, request),
      decide(found) {
        const { head: held } = admitDeleted(found, principal);
        if (held.deletedAt !== undefined) return undefined;
        checkState(held, request);
        const value = create(SessionDeletedSchema);
        const deleted = draftEvent(context, principal, { case: "sessionDeleted", value });
        return changeState(held, [deleted], { movesGate: true });
      },
    });
    return {};
  };
}
