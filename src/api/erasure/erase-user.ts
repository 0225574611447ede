import { randomUUID } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type EraseUserRequest,
  EraseUserRequestSchema,
} from "../../../gen/parley/v1/erasure_service_pb.js";
import type { Context } from "../../context.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { isCallerId } from "../../domain/ids.ts";
import { pseudonymOf } from "../../domain/pseudonym.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";

export function eraseUser(context: Context) {
  return async (request: EraseUserRequest, call: HandlerContext) => {
    const admin = callerOf(call);
    const { userId } = request;
    if (!isCallerId(userId)) {
      throw invalidArgument("user_id", "must be 1 to 255 visible ASCII characters");
    }
    const { operation } = operationOf(context, call, admin, EraseUserRequestSchema, request);
    const { erasure, conflicts } = await context.log.requestErasure({
      tenantId: admin.tenantId,
      userId,
      erasureId: context.ids.uuid(),
      pseudonym: pseudonymOf(randomUUID()),
      requestedAt: context.clock.now(),
      operation,
    });
    if (conflicts) {
      throw new ParleyError("idempotency_conflict", "this request_id was used for another request");
    }
    return { erasure };
  };
}
