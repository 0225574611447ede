import { invalidArgument } from "../../domain/errors.ts";
import { isCallerId } from "../../domain/ids.ts";
import { ROLES, type Role } from "../../domain/principal.ts";
import { EVERY_SCOPE } from "../../domain/scopes.ts";
import type { Authenticator } from "./authenticator.ts";

/**
 * Believes what the headers say: for development, and behind a gateway that sets
 * them itself. A header that is there but malformed is refused instead of being
 * taken for absent, or a mistake would act as another user.
 */
export function devAuthenticator(defaultUserId: string): Authenticator {
  return {
    name: "dev",
    authenticate: (header) => ({
      tenantId: callerId(header, "x-tenant-id", "dev-tenant"),
      userId: callerId(header, "x-user-id", defaultUserId),
      roles: roles(header),
      scopes: EVERY_SCOPE,
      via: "dev",
    }),
  };
}

function callerId(header: Headers, name: string, otherwise: string): string {
  const id = header.get(name) ?? otherwise;
  if (!isCallerId(id)) throw invalidArgument(name, "must be 1 to 255 visible ASCII characters");
  return id;
}

const DEFAULT_ROLES: ReadonlySet<Role> = new Set(["user"]);

function roles(header: Headers): ReadonlySet<Role> {
  const text = header.get("x-roles");
  if (text === null) return DEFAULT_ROLES;
  return new Set(text.split(",").map((name) => role(name.trim())));
}

function role(name: string): Role {
  const known = ROLES.find((candidate) => candidate === name);
  if (known === undefined) {
    throw invalidArgument("x-roles", `must be a comma-separated list of ${ROLES.join(", ")}`);
  }
  return known;
}
