import type { HandlerContext } from "@connectrpc/connect";
import { ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";

/** The worker that calls; whoever is none is refused. */
export function workerOf(call: HandlerContext): Principal {
  const principal = callerOf(call);
  if (principal.roles.has("worker")) return principal;
  throw new ParleyError("scope_denied", "this needs the role worker");
}

/**
 * A worker of all tenants is an admin too, where a gateway says so. Keys and tokens are of one tenant,
 * whose admins can make more of them, so none reaches beyond it.
 */
export function mayServe(worker: Principal, tenantId: string): boolean {
  return worker.tenantId === tenantId || (worker.via === "dev" && worker.roles.has("admin"));
}
