import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ApiKey, ApiKeySchema } from "../../gen/parley/v1/key_service_pb.js";
import { invalidArgument, ParleyError } from "./errors.ts";
import { isRole, type Principal, ROLES, type Role } from "./principal.ts";
import { holds, isScope, SCOPES, type Scope } from "./scopes.ts";

/** A key as it is kept: what is known of it, and the SHA-256 of its secret. */
export interface StoredKey {
  readonly key: ApiKey;
  readonly hash: Uint8Array;
}

/** What a key is to be allowed. */
export interface Grant {
  readonly scopes: readonly Scope[];
  readonly roles: readonly Role[];
}

/** True while a key works. */
export function isActive(key: ApiKey, now: Date): boolean {
  return key.revokedAt === undefined && (key.expiresAt === undefined || now < expiryOf(key)!);
}

export function expiryOf({ expiresAt }: ApiKey): Date | undefined {
  return expiresAt && timestampDate(expiresAt);
}

/** Who calls with a key. */
export function callerByKey({ keyId, tenantId, userId, scopes, roles }: ApiKey): Principal {
  return {
    tenantId,
    userId,
    roles: new Set(roles.filter(isRole)),
    scopes: new Set(scopes.filter(isScope)),
    keyId,
    via: "key",
  };
}

const OF_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  user: ["sessions:write", "tasks:write", "accounts:read"],
  worker: ["worker"],
  admin: ["admin"],
};

/** The scopes that callers of these roles usually need. */
export function usualScopes(roles: readonly Role[]): readonly Scope[] {
  const scopes = new Set(roles.flatMap((role) => OF_ROLE[role]));
  return scopes.has("admin") ? ["admin"] : [...scopes];
}

/**
 * Nobody gives away more than it has, or a key for writing keys would be one for
 * everything. An admin may make callers of any role.
 */
export function checkGrant(giver: Principal, { scopes, roles }: Grant): void {
  const scope = scopes.find((wanted) => !holds(giver.scopes, wanted));
  if (scope !== undefined) {
    throw new ParleyError(
      "scope_denied",
      `a key with the scope ${scope} needs a caller who has it`,
    );
  }
  if (giver.roles.has("admin")) return;
  const role = roles.find((wanted) => !giver.roles.has(wanted));
  if (role !== undefined) {
    throw new ParleyError("scope_denied", `a key with the role ${role} needs the role admin`);
  }
}

/** What a new key is to be. */
export interface KeyDraft extends Grant {
  readonly keyId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | undefined;
}

export function newApiKey({ createdAt, expiresAt, scopes, roles, ...draft }: KeyDraft): ApiKey {
  return create(ApiKeySchema, {
    ...draft,
    scopes: [...scopes],
    roles: [...roles],
    createdAt: timestampFromDate(createdAt),
    ...(expiresAt && { expiresAt: timestampFromDate(expiresAt) }),
  });
}

/** What is asked for, or the usual; throws `invalid_argument` for what there is not. */
export function grantOf(asked: {
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
}): Grant {
  const roles = asked.roles.length === 0 ? (["user"] as const) : known("roles", asked.roles, ROLES);
  const scopes =
    asked.scopes.length === 0 ? usualScopes(roles) : known("scopes", asked.scopes, SCOPES);
  return { roles, scopes };
}

function known<T extends string>(
  field: string,
  asked: readonly string[],
  names: readonly T[],
): readonly T[] {
  const found = asked.map((text, i) => {
    const name = names.find((candidate) => candidate === text);
    if (name !== undefined) return name;
    throw invalidArgument(`${field}[${i}]`, `must be one of ${names.join(", ")}`);
  });
  return [...new Set(found)];
}
