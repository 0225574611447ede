import { EVERY_SCOPE, type Scope } from "./scopes.ts";

/** Who calls. Made by authentication, read by everything that decides. */
export interface Principal {
  readonly tenantId: string;
  readonly userId: string;
  readonly roles: ReadonlySet<Role>;
  /** What the credential may be used for. */
  readonly scopes: ReadonlySet<Scope>;
  /** The API key it called with, if it did. */
  readonly keyId?: string;
  /** Groups the token names; sessions can be shared with them. */
  readonly groups?: ReadonlySet<string>;
  /** An e-mail address whose issuer says that it is the caller's. */
  readonly email?: string;
  /** How the caller proved who it is; `parley` where the service acts for a session's owner. */
  readonly via: "dev" | "key" | "token" | "ticket" | "parley";
  /** What tells whether the caller would still be admitted. Without it, nothing can change that. */
  readonly proof?: CredentialProof;
  /** The internal id of the only session that the credential is for. */
  readonly onlySession?: string;
}

/** What is kept of a credential while a stream goes on that it has opened. */
export type CredentialProof =
  | { readonly kind: "key"; readonly prefix: string; readonly hash: Uint8Array }
  | { readonly kind: "token"; readonly endsAt: Date };

export const ROLES = ["user", "worker", "admin"] as const;
export type Role = (typeof ROLES)[number];

const KNOWN: ReadonlySet<string> = new Set(ROLES);

export function isRole(text: string): text is Role {
  return KNOWN.has(text);
}

/** The owner of a session, in whose name Parley and workers do what the session asks for. */
export function ownerOf({ tenantId, userId }: { tenantId: string; userId: string }): Principal {
  return { tenantId, userId, roles: new Set<never>(), scopes: EVERY_SCOPE, via: "parley" };
}
