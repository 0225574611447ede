import { durationMs, timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type ApiKey,
  type RotateApiKeyRequest,
  RotateApiKeyRequestSchema,
} from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { checkGrant, expiryOf, newApiKey } from "../../domain/api-key.ts";
import { invalidArgument } from "../../domain/errors.ts";
import { isRole } from "../../domain/principal.ts";
import { isScope } from "../../domain/scopes.ts";
import { hashOf, newSecret, prefixOf } from "../../key-secret.ts";
import { refuseOther } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { findKey } from "./key-access.ts";

const DAY_MS = 86_400_000;

export function rotateApiKey(context: Context) {
  return async (request: RotateApiKeyRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const old = await findKey(context, caller, request.keyId);
    const grant = { scopes: old.scopes.filter(isScope), roles: old.roles.filter(isRole) };
    // The answer has a secret of that grant, so it takes what making such a key takes.
    checkGrant(caller, grant);
    const secret = newSecret();
    const createdAt = context.clock.now();
    const ttlMs = request.ttl === undefined ? lifetimeOf(old) : durationMs(request.ttl);
    const { keyId, tenantId, userId, name } = old;
    const key = newApiKey({
      ...grant,
      keyId: context.ids.uuid(),
      tenantId,
      userId,
      name,
      prefix: prefixOf(secret),
      createdAt,
      createdBy: caller.userId,
      expiresAt: ttlMs === undefined ? undefined : new Date(createdAt.getTime() + ttlMs),
    });
    const overlapMs = request.overlap === undefined ? DAY_MS : durationMs(request.overlap);
    const endsAt = new Date(createdAt.getTime() + overlapMs);
    const schema = RotateApiKeyRequestSchema;
    const { operation } = operationOf(context, call, caller, schema, request);
    const wanted = { key, hash: hashOf(secret), operation, replaces: keyId, endsAt };
    const made = await context.log.rotateKey(wanted);
    if (made === undefined) {
      throw invalidArgument("key_id", "is revoked, has expired or was rotated already");
    }
    if (made.first) return { key: made.key, secret };
    refuseOther(made, operation);
    return { key: made.key };
  };
}

/** How long a key was to work from its making; undefined: without an end. */
function lifetimeOf(key: ApiKey): number | undefined {
  const end = expiryOf(key);
  return end && end.getTime() - timestampDate(key.createdAt!).getTime();
}
