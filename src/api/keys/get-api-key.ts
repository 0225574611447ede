import type { HandlerContext } from "@connectrpc/connect";
import type { GetApiKeyRequest } from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { findKey } from "./key-access.ts";

export function getApiKey(context: Context) {
  return async ({ keyId }: GetApiKeyRequest, call: HandlerContext) => {
    return { key: await findKey(context, callerOf(call), keyId) };
  };
}
