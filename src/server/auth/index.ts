import type { AuthConfig } from "../../config/auth.ts";
import type { Context } from "../../context.ts";
import type { Authenticator } from "./authenticator.ts";
import { devAuthenticator } from "./dev.ts";
import { keyAuthenticator } from "./key.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyUses } from "./key-uses.ts";
import { type TicketAuthenticator, ticketAuthenticator } from "./ticket.ts";
import { tokenAuthenticator } from "./token.ts";
import { openVerifyingKey, type VerifyingKey } from "./token-keys.ts";

/** The key that tokens are checked with, if there are tokens. Rejects if it cannot be used. */
export async function openTokenKey({
  mode,
  tokens,
}: AuthConfig): Promise<VerifyingKey | undefined> {
  return mode === "dev" || tokens === undefined ? undefined : openVerifyingKey(tokens.key);
}

/** How callers prove who they are: by what is in their headers, or by a ticket. */
export interface Authentication {
  readonly authenticators: readonly Authenticator[];
  readonly tickets: TicketAuthenticator;
}

/**
 * In dev mode callers need not prove who they are, and credentials are not looked at; else the
 * headers of dev mode are not.
 */
export function authenticationFor(
  auth: AuthConfig,
  tokenKey: VerifyingKey | undefined,
  { log, clock }: Pick<Context, "log" | "clock">,
): Authentication {
  const now = () => clock.now();
  const find = (hash: Uint8Array) => log.findTicket(hash);
  if (auth.mode === "dev") {
    const tickets = ticketAuthenticator({ find, now, ring: undefined });
    return { authenticators: [devAuthenticator(auth.devUserId)], tickets };
  }
  const ring = new KeyRing({
    find: (prefix) => log.findKeys(prefix),
    now,
    monotonic: () => clock.monotonic(),
  });
  const uses = new KeyUses({ note: (keyIds, at) => log.noteKeyUses(keyIds, at), now });
  const keys = keyAuthenticator(ring, uses);
  const tickets = ticketAuthenticator({ find, now, ring });
  if (auth.tokens === undefined || tokenKey === undefined) {
    return { authenticators: [keys], tickets };
  }
  const { tenantId } = auth;
  const tokens = tokenAuthenticator({ ...auth.tokens, key: tokenKey, tenantId, now });
  return { authenticators: [keys, tokens], tickets };
}
