import type { HandlerContext } from "@connectrpc/connect";
import type { RevokeApiKeyRequest } from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { findKey } from "./key-access.ts";

export function revokeApiKey(context: Context) {
  return async (request: RevokeApiKeyRequest, call: HandlerContext) => {
    const { tenantId, keyId } = await findKey(context, callerOf(call), request.keyId);
    await context.log.revokeKey({ tenantId, keyId }, context.clock.now());
    return {};
  };
}
