import { describe, expect, it } from "vitest";
import { callerByKey, checkGrant, grantOf, isActive, newApiKey } from "./api-key.ts";
import type { Principal, Role } from "./principal.ts";
import type { Scope } from "./scopes.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const key = (of: { expiresAt?: Date; scopes?: Scope[]; roles?: Role[] } = {}) =>
  newApiKey({
    keyId: "id",
    tenantId: "t",
    userId: "u",
    name: "n",
    prefix: "pk_123456789",
    scopes: ["sessions:read"],
    roles: ["user"],
    createdAt: NOW,
    createdBy: "c",
    expiresAt: undefined,
    ...of,
  });
const giver = (scopes: Scope[], roles: Role[] = ["user"]): Principal => ({
  ...{ tenantId: "t", userId: "u", via: "key" },
  scopes: new Set(scopes),
  roles: new Set(roles),
});

describe("a key", () => {
  it("works until it expires or is revoked", () => {
    expect(isActive(key(), NOW)).toBe(true);
    const ending = key({ expiresAt: NOW });
    expect(isActive(ending, new Date(NOW.getTime() - 1))).toBe(true);
    expect(isActive(ending, NOW)).toBe(false);
    const revoked = key();
    revoked.revokedAt = revoked.createdAt!;
    expect(isActive(revoked, NOW)).toBe(false);
  });

  it("is for its user, with what this version knows of its scopes and roles", () => {
    const stored = key();
    stored.scopes.push("of:tomorrow");
    stored.roles.push("root");
    expect(callerByKey(stored)).toEqual({
      keyId: stored.keyId,
      tenantId: "t",
      userId: "u",
      scopes: new Set(["sessions:read"]),
      roles: new Set(["user"]),
      via: "key",
    });
  });
});

describe("a grant", () => {
  it("is what is asked for, once, or the usual of its roles", () => {
    expect(grantOf({ scopes: [], roles: [] })).toEqual({
      roles: ["user"],
      scopes: ["sessions:write", "tasks:write", "accounts:read"],
    });
    expect(grantOf({ scopes: [], roles: ["worker"] }).scopes).toEqual(["worker"]);
    expect(grantOf({ scopes: [], roles: ["user", "admin"] }).scopes).toEqual(["admin"]);
    expect(grantOf({ scopes: ["worker", "worker"], roles: ["user"] }).scopes).toEqual(["worker"]);
    expect(() => grantOf({ scopes: ["worker", "all"], roles: [] })).toThrow("scopes[1]");
    expect(() => grantOf({ scopes: [], roles: ["root"] })).toThrow("roles[0]");
  });

  it.each<[Principal, Scope[], Role[], boolean]>([
    [giver(["sessions:write"]), ["sessions:read"], ["user"], true],
    [giver(["sessions:read"]), ["sessions:write"], ["user"], false],
    [giver(["keys:write"]), ["admin"], ["user"], false],
    [giver(["keys:write"]), ["keys:write"], ["worker"], false],
    [giver(["admin"]), ["admin"], ["admin"], false],
    [giver(["keys:write"], ["admin"]), ["keys:write"], ["worker", "admin"], true],
    [giver(["keys:write"], ["admin"]), ["admin"], ["user"], false],
    [giver(["admin"], ["admin"]), ["admin", "worker"], ["admin"], true],
  ])("%# is not more than its giver has", (caller, scopes, roles, isFine) => {
    const check = () => checkGrant(caller, { scopes, roles });
    if (isFine) check();
    else expect(check).toThrow(expect.objectContaining({ reason: "scope_denied" }));
  });
});
