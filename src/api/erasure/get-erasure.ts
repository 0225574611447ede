import type { HandlerContext } from "@connectrpc/connect";
import type { GetErasureRequest } from "../../../gen/parley/v1/erasure_service_pb.js";
import type { Context } from "../../context.ts";
import { erasureNotFound } from "../../domain/errors.ts";
import { callerOf } from "../caller.ts";

export function getErasure(context: Context) {
  return async ({ erasureId }: GetErasureRequest, call: HandlerContext) => {
    const { tenantId } = callerOf(call);
    const erasure = await context.log.readErasure({ tenantId, erasureId });
    if (erasure === undefined) throw erasureNotFound();
    return { erasure };
  };
}
