import type { HandlerContext } from "@connectrpc/connect";
import type { Context } from "../../context.ts";
import { ParleyError } from "../../domain/errors.ts";
import type { AccountOwner } from "../../journal/port.ts";
import { callerOf } from "../caller.ts";

/** Whose account is asked for: one's own, or for an admin anybody's of the tenant. */
export function accountOwner(
  context: Context,
  call: HandlerContext,
  { userId }: { readonly userId: string },
): AccountOwner {
  requireAccounts(context);
  const caller = callerOf(call);
  const { tenantId } = caller;
  if (userId === "" || userId === caller.userId) return { tenantId, userId: caller.userId };
  if (caller.roles.has("admin")) return { tenantId, userId };
  throw new ParleyError("scope_denied", "another's account needs the role admin");
}

export function requireAccounts({ work }: Context): void {
  if (work.accounts) return;
  throw new ParleyError("unimplemented", "accounts are off here (PARLEY_ACCOUNTS)");
}
