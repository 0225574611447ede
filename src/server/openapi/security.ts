import type { DescMethod } from "@bufbuild/protobuf";
import type { Security, SecurityRequirement } from "../../rest/openapi/index.ts";
import { accessRule } from "../interceptors/authorize.ts";
import { isReadStream } from "../interceptors/call.ts";

/** A key or a token says by itself which roles its holder has. */
const PROVEN: readonly SecurityRequirement[] = [{ key: [] }, { token: [] }];
/** In `dev` mode headers do. */
const BELIEVED: readonly SecurityRequirement[] = [{}, { user: [] }, { user: [], tenant: [] }];

/** Who calls: as a key or a token proves it, or as `PARLEY_AUTH=dev` believes it. */
export const SECURITY: Security = {
  schemes: {
    key: {
      type: "apiKey",
      in: "header",
      name: "x-api-key",
      description: "An API key, `pk_…`; `Authorization: Bearer` takes it too.",
    },
    token: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "A token of an issuer that the server trusts (`PARLEY_JWT_…`).",
    },
    ticket: {
      type: "apiKey",
      in: "query",
      name: "ticket",
      description:
        "A ticket, `tk_…`, for browsers' EventSource: one minute long, from createTicket.",
    },
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
  requirements: [...PROVEN, ...BELIEVED],
};

/** What a method needs that not everybody has; undefined: nothing. */
export function methodSecurity(method: DescMethod): readonly SecurityRequirement[] | undefined {
  if (isReadStream(method)) return [...PROVEN, { ticket: [] }, ...BELIEVED];
  const role = accessRule(method)?.role;
  if (!role) return undefined;
  return [...PROVEN, ...BELIEVED.map((callers) => ({ ...callers, roles: [role] }))];
}
