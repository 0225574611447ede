import type { AuthConfig } from "../../config/auth.ts";
import type { Context } from "../../context.ts";
import type { Authenticator } from "./authenticator.ts";
import { devAuthenticator } from "./dev.ts";
import { keyAuthenticator } from "./key.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyUses } from "./key-uses.ts";
import { tokenAuthenticator } from "./token.ts";
import { openVerifyingKey, type VerifyingKey } from "./token-keys.ts";

/** The key that tokens are checked with, if there are tokens. Rejects if it cannot be used. */
export async function openTokenKey({
  mode,
  tokens,
}: AuthConfig): Promise<VerifyingKey | undefined> {
  return mode === "dev" || tokens === undefined ? undefined : openVerifyingKey(tokens.key);
}

/**
 * How callers prove who they are. In dev mode they need not, and credentials are not looked at;
 * else the headers of dev mode are not.
 */
export function authenticatorsFor(
  auth: AuthConfig,
  tokenKey: VerifyingKey | undefined,
  { log, clock }: Pick<Context, "log" | "clock">,
): readonly Authenticator[] {
  if (auth.mode === "dev") return [devAuthenticator(auth.devUserId)];
  const now = () => clock.now();
  const ring = new KeyRing({
    find: (prefix) => log.findKeys(prefix),
    now,
    monotonic: () => clock.monotonic(),
  });
  const uses = new KeyUses({ note: (keyIds, at) => log.noteKeyUses(keyIds, at), now });
  const keys = keyAuthenticator(ring, uses);
  if (auth.tokens === undefined || tokenKey === undefined) return [keys];
  const { tenantId } = auth;
  return [keys, tokenAuthenticator({ ...auth.tokens, key: tokenKey, tenantId, now })];
}
