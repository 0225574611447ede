import type { HandlerContext } from "@connectrpc/connect";
import type { ListApiKeysRequest } from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";

const DEFAULT_LIMIT = 50;

export function listApiKeys(context: Context) {
  return async (request: ListApiKeysRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const { limit = DEFAULT_LIMIT, offset = 0, includeInactive } = request;
    const { keys, total } = await context.log.listKeys({
      tenantId: caller.tenantId,
      userId: ownerOf(request, caller),
      activeAt: includeInactive ? undefined : context.clock.now(),
      limit,
      offset,
    });
    return { keys: [...keys], total, hasMore: offset + keys.length < total };
  };
}

/** Undefined: everybody's of the tenant. */
function ownerOf({ userId }: ListApiKeysRequest, caller: Principal): string | undefined {
  if (caller.roles.has("admin")) return userId === "" ? undefined : userId;
  if (userId === "" || userId === caller.userId) return caller.userId;
  throw new ParleyError("scope_denied", "another's keys need the role admin");
}
