import { durationMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type CreateApiKeyRequest,
  CreateApiKeyRequestSchema,
} from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { checkGrant, grantOf, newApiKey } from "../../domain/api-key.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { isCallerId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import { hashOf, newSecret, prefixOf } from "../../key-secret.ts";
import { refuseOther } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";

export function createApiKey(context: Context) {
  return async (request: CreateApiKeyRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const grant = grantOf(request);
    const userId = userOf(request, caller);
    if (/\p{Cc}/u.test(request.name)) throw invalidArgument("name", "has control characters");
    checkGrant(caller, grant);
    const secret = newSecret();
    const createdAt = context.clock.now();
    const { ttl } = request;
    const key = newApiKey({
      ...grant,
      keyId: context.ids.uuid(),
      tenantId: caller.tenantId,
      userId,
      name: request.name,
      prefix: prefixOf(secret),
      createdAt,
      createdBy: caller.userId,
      expiresAt: ttl && new Date(createdAt.getTime() + durationMs(ttl)),
    });
    const schema = CreateApiKeyRequestSchema;
    const { operation } = operationOf(context, call, caller, schema, request);
    const made = await context.log.createKey({ key, hash: hashOf(secret), operation });
    if (made.first) return { key: made.key, secret };
    refuseOther(made, operation);
    return { key: made.key };
  };
}

function userOf({ userId }: CreateApiKeyRequest, caller: Principal): string {
  if (userId === "" || userId === caller.userId) return caller.userId;
  if (!caller.roles.has("admin")) {
    throw new ParleyError("scope_denied", "a key for another user needs the role admin");
  }
  if (isCallerId(userId)) return userId;
  throw invalidArgument("user_id", "must be 1 to 255 visible ASCII characters");
}
