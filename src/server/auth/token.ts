import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import type { TokenConfig } from "../../config/auth.ts";
import { ParleyError, unauthenticated } from "../../domain/errors.ts";
import { isBeforeEnd } from "../../domain/ticket.ts";
import type { Authenticator } from "./authenticator.ts";
import { credentialIn } from "./credential.ts";
import { callerByClaims } from "./token-claims.ts";
import type { VerifyingKey } from "./token-keys.ts";

export interface TokenOptions extends Omit<TokenConfig, "key"> {
  readonly key: VerifyingKey;
  /** The tenant of tokens that name none. */
  readonly tenantId: string;
  readonly now: () => Date;
}

/** Callers who show a token that somebody trusted has signed. */
export function tokenAuthenticator(options: TokenOptions): Authenticator {
  const { now, toleranceMs } = options;
  return {
    name: "token",
    authenticate(header) {
      const credential = credentialIn(header);
      if (credential?.kind !== "token") return undefined;
      return verify(credential.text, options).then((payload) => {
        const endsAt = new Date((payload.exp ?? 0) * 1000 + toleranceMs);
        return { ...callerByClaims(payload, options), proof: { kind: "token", endsAt } };
      });
    },
    isStillGood: ({ proof }) => isBeforeEnd(proof, now()),
  };
}

async function verify(token: string, options: TokenOptions): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, options.key.get, rulesOf(options));
    return payload;
  } catch (error) {
    // Not the token's fault: its issuer is away.
    if (error instanceof ParleyError) throw error;
    throw unauthenticated(reasonOf(error));
  }
}

function rulesOf({ key, issuer, audience, toleranceMs, now }: TokenOptions): JWTVerifyOptions {
  return {
    algorithms: [...key.algorithms],
    requiredClaims: ["exp"],
    clockTolerance: toleranceMs / 1000,
    currentDate: now(),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience: [...audience] }),
  };
}

/** The library's code and the claim's name; never its message, which may repeat what it has read. */
function reasonOf(error: unknown): string {
  if (!(error instanceof errors.JOSEError)) return "a token that cannot be read";
  const claim = "claim" in error ? ` ${String(error.claim)}` : "";
  return `${error.code}${claim}`;
}
