import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { type AccessRule, access } from "../../../gen/parley/v1/access_pb.js";
import { callerOf } from "../../api/caller.ts";
import { ParleyError } from "../../domain/errors.ts";
import { isRole, type Principal } from "../../domain/principal.ts";
import { holds, isScope } from "../../domain/scopes.ts";

/** What a method's proto says that callers need; undefined where it says nothing. */
export function accessRule(method: DescMethod): AccessRule | undefined {
  return hasOption(method, access) ? getOption(method, access) : undefined;
}

/** Admits callers who have the scope and the role that a method asks for. */
export function authorizeCalls(): Interceptor {
  const rules = new Map<DescMethod, AccessRule | undefined>();
  const ruleOf = (method: DescMethod) => {
    if (!rules.has(method)) rules.set(method, accessRule(method));
    return rules.get(method);
  };
  return (next) => (req) => {
    authorize(callerOf({ values: req.contextValues }), ruleOf(req.method));
    return next(req);
  };
}

/** A method that does not say what it needs is for nobody. */
function authorize(caller: Principal, rule: AccessRule | undefined): void {
  const { scope = "", role = "" } = rule ?? {};
  if (!isScope(scope)) throw new ParleyError("scope_denied", "this is open to nobody");
  if (!holds(caller.scopes, scope)) {
    throw new ParleyError("scope_denied", `this needs the scope ${scope}`);
  }
  if (role !== "" && !(isRole(role) && caller.roles.has(role))) {
    throw new ParleyError("scope_denied", `this needs the role ${role}`);
  }
}
