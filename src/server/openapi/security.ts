import type { DescMethod } from "@bufbuild/protobuf";
import { AccountService } from "../../../gen/parley/v1/account_service_pb.js";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import type { Role } from "../../domain/principal.ts";
import type { Security, SecurityRequirement } from "../../rest/openapi/index.ts";

/** Who calls, as `PARLEY_AUTH=dev` believes it. */
export const SECURITY: Security = {
  schemes: {
    user: {
      type: "apiKey",
      in: "header",
      name: "x-user-id",
      description:
        "Who calls, believed as it stands (`PARLEY_AUTH=dev`): for development, and behind a gateway " +
        "that sets it. Without it, the default user.",
    },
    tenant: {
      type: "apiKey",
      in: "header",
      name: "x-tenant-id",
      description: "The caller's tenant, believed in the same way. Without it, the default tenant.",
    },
    roles: {
      type: "apiKey",
      in: "header",
      name: "x-roles",
      description:
        "What the caller is besides, believed in the same way, comma-separated: `user`, `worker` (the " +
        "worker's methods), `admin` (accounts of others, deposits, and with `worker` tasks of other " +
        "tenants). Without it, `user`.",
    },
  },
  requirements: [{}, { user: [] }, { user: [], tenant: [] }],
};

/** What a method needs that not everybody has; undefined: nothing. */
export function methodSecurity(method: DescMethod): readonly SecurityRequirement[] | undefined {
  const role = neededRole(method);
  return role && SECURITY.requirements.map((callers) => ({ ...callers, roles: [role] }));
}

/** The role without which a method is refused to everybody; undefined: it needs none. */
function neededRole(method: DescMethod): Role | undefined {
  if (method.parent === WorkerService) return "worker";
  return method === AccountService.method.depositFunds ? "admin" : undefined;
}
