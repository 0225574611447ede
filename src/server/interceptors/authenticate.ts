import type { Interceptor } from "@connectrpc/connect";
import { callerKey } from "../../api/caller.ts";
import { ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "../auth/authenticator.ts";

/** Finds out who calls, by the first way that applies, and refuses everybody else. */
export function authenticateCalls(ways: readonly Authenticator[]): Interceptor {
  return (next) => async (req) => {
    req.contextValues.set(callerKey, await authenticate(ways, req.header));
    return next(req);
  };
}

async function authenticate(ways: readonly Authenticator[], header: Headers): Promise<Principal> {
  for (const way of ways) {
    const caller = await way.authenticate(header);
    if (caller !== undefined) return caller;
  }
  throw new ParleyError("unauthenticated", "the request does not say who calls");
}
