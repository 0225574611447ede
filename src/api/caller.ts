import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { ParleyError } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";

/** Where authentication leaves who calls. */
export const callerKey = createContextKey<Principal | undefined>(undefined, {
  description: "caller",
});

/** Who calls. Without authentication before it a handler does not run. */
export function callerOf(context: Pick<HandlerContext, "values">): Principal {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new ParleyError("unauthenticated", "the caller is not known");
  return caller;
}
