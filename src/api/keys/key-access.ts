import type { ApiKey } from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { keyNotFound } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";

/** A key of the caller, or for an admin any of the tenant. */
export async function findKey(context: Context, caller: Principal, keyId: string): Promise<ApiKey> {
  const key = await context.log.readKey({ tenantId: caller.tenantId, keyId });
  if (key === undefined || !(caller.roles.has("admin") || key.userId === caller.userId)) {
    throw keyNotFound();
  }
  return key;
}
