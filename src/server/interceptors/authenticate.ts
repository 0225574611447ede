import type { Interceptor } from "@connectrpc/connect";
import { callerKey } from "../../api/caller.ts";
import { ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "../auth/authenticator.ts";

/** Finds out who calls, by the first way that applies, and refuses everybody else. */
export function authenticateCalls(ways: readonly Authenticator[]): Interceptor {
  return (next) => (req) => {
    const admit = (caller: Principal) => {
      req.contextValues.set(callerKey, caller);
      return next(req);
    };
    const caller = authenticate(ways, req.header);
    return caller instanceof Promise ? caller.then(admit) : admit(caller);
  };
}

/** Waits only where a way has to: an answer at once keeps a call within its turn. */
function authenticate(
  ways: readonly Authenticator[],
  header: Headers,
): Principal | Promise<Principal> {
  for (const [i, way] of ways.entries()) {
    const caller = way.authenticate(header);
    if (caller instanceof Promise) {
      return caller.then((found) => found ?? authenticate(ways.slice(i + 1), header));
    }
    if (caller !== undefined) return caller;
  }
  throw new ParleyError("unauthenticated", "the request does not say who calls");
}
