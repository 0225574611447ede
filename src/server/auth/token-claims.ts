import type { JWTPayload } from "jose";
import type { TokenClaims } from "../../config/auth.ts";
import { unauthenticated } from "../../domain/errors.ts";
import { isCallerId } from "../../domain/ids.ts";
import { isRole, type Principal, type Role } from "../../domain/principal.ts";
import { isScope, type Scope } from "../../domain/scopes.ts";

export interface ClaimRules {
  readonly claims: TokenClaims;
  readonly tenantId: string;
  readonly defaultScopes: readonly Scope[];
}

/** Enough for any directory, and bounded: the names are looked up with every list of shares. */
const MAX_GROUPS = 200;

/** Whom a token that was verified names. Throws `unauthenticated` if it names nobody. */
export function callerByClaims(payload: JWTPayload, rules: ClaimRules): Principal {
  const { claims, tenantId, defaultScopes } = rules;
  const email = verifiedEmail(payload, claims.email);
  return {
    tenantId: claims.tenant === undefined ? tenantId : idIn(payload, claims.tenant),
    userId: idIn(payload, claims.user),
    roles: new Set<Role>(["user", ...textsIn(payload, claims.roles).filter(isRole)]),
    scopes: scopesIn(payload, claims.scopes, defaultScopes),
    groups: groupsIn(payload, claims.groups),
    ...(email !== undefined && { email }),
    via: "token",
  };
}

function idIn(payload: JWTPayload, name: string): string {
  const value = claimIn(payload, name);
  if (typeof value === "string" && isCallerId(value)) return value;
  throw unauthenticated(`the claim ${name} is missing, or is no id`);
}

/** A claim that is there decides, also if it holds nothing that counts here. */
function scopesIn(
  payload: JWTPayload,
  name: string | undefined,
  otherwise: readonly Scope[],
): ReadonlySet<Scope> {
  const isThere = name !== undefined && claimIn(payload, name) !== undefined;
  return new Set(isThere ? textsIn(payload, name).filter(isScope) : otherwise);
}

/** A list of texts, or the words of a text; anything else counts as nothing. */
function textsIn(payload: JWTPayload, name: string | undefined): string[] {
  const value = name === undefined ? undefined : claimIn(payload, name);
  if (typeof value === "string") return value.split(/\s+/).filter((word) => word !== "");
  if (!Array.isArray(value)) return [];
  return value.filter((item) => typeof item === "string");
}

/** Names of groups have blanks in some directories, so a text is one group. */
function groupsIn(payload: JWTPayload, name: string | undefined): ReadonlySet<string> {
  const value = name === undefined ? undefined : claimIn(payload, name);
  const names: unknown[] = Array.isArray(value) ? value : [value];
  const groups = names.filter((group) => typeof group === "string").filter(isGroup);
  return new Set(groups.slice(0, MAX_GROUPS));
}

function isGroup(text: string): boolean {
  return /^[^\p{Cc}]{1,255}$/u.test(text) && text.trim() !== "";
}

/** Claims may be called like URLs, so the name as a whole goes before a path. */
function claimIn(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function verifiedEmail(payload: JWTPayload, name: string): string | undefined {
  const email = claimIn(payload, name);
  if (typeof email !== "string" || claimIn(payload, `${name}_verified`) !== true) return undefined;
  return email.length <= 320 && /^\S+@\S+$/.test(email) ? email : undefined;
}
