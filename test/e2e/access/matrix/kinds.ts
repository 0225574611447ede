import type { Json } from "../../../support/signed-token.ts";
import { type GuardedService, tokenFor } from "../service.ts";

/** Everybody who may call, by what they are to one session. */
export const KINDS = [
  "nobody",
  "expired",
  "wrong scope",
  "other user",
  "other tenant",
  "viewer",
  "editor",
  "collaborator",
  "owner",
  "admin",
  "worker",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Caller {
  readonly userId: string;
  readonly headers: Record<string, string>;
}

const SCOPES = "sessions:write tasks:write accounts:read keys:write";

/** One of each, by tokens. Who has the wrong scope is the owner, as is who is too late. */
export function callers(service: GuardedService): Record<Kind, Caller> {
  const caller = (userId: string, claims: Json = {}): Caller => {
    const token = tokenFor(service, { scope: SCOPES, ...claims, sub: userId });
    return { userId, headers: { authorization: `Bearer ${token}` } };
  };
  const owner = `owner-${crypto.randomUUID()}`;
  const past = Math.floor(Date.now() / 1000) - 3600;
  return {
    nobody: { userId: "", headers: {} },
    expired: caller(owner, { exp: past }),
    // Each method has its own: see `narrowCaller`.
    "wrong scope": caller(owner, { scope: "" }),
    "other user": caller(`other-${crypto.randomUUID()}`),
    "other tenant": caller(owner, { org: { id: "elsewhere" } }),
    viewer: caller(`viewer-${crypto.randomUUID()}`),
    editor: caller(`editor-${crypto.randomUUID()}`),
    collaborator: caller(`collaborator-${crypto.randomUUID()}`),
    owner: caller(owner),
    admin: caller(`admin-${crypto.randomUUID()}`, { scope: "admin", roles: ["admin"] }),
    worker: caller(`worker-${crypto.randomUUID()}`, { scope: "worker", roles: ["worker"] }),
  };
}

/** The owner, whose credential is for anything else than what a method needs. */
export function narrowCaller(service: GuardedService, userId: string, needed: string): Caller {
  const [subject = ""] = needed.split(":");
  const scope = SCOPES.split(" ")
    .filter((held) => !held.startsWith(`${subject}:`))
    .join(" ");
  const token = tokenFor(service, { scope, sub: userId });
  return { userId, headers: { authorization: `Bearer ${token}` } };
}
