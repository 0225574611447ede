import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { SessionDeletedSchema } from "../../../gen/parley/v1/event_pb.js";
import {
  type DeleteSessionRequest,
  DeleteSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { newEvent } from "../../domain/event.ts";
import { checkState } from "../../domain/precondition.ts";
import { draftOf } from "../../domain/session.ts";
import { actorOf } from "../actor.ts";
import { callerOf } from "../caller.ts";
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
        const now = context.clock.now();
        const { head } = draftOf(held);
        head.deletedAt = timestampFromDate(now);
        const event = newEvent({
          eventId: context.ids.uuid(),
          at: now,
          actor: actorOf(principal),
          payload: { case: "sessionDeleted", value: create(SessionDeletedSchema) },
        });
        return { events: [event], state: head, movesGate: true };
      },
    });
    return {};
  };
}
