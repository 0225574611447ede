import { unauthenticated } from "../../domain/errors.ts";
import { isSecret } from "../../key-secret.ts";

/** What a request proves its caller with, told by its shape. */
export interface Credential {
  readonly kind: "key" | "token";
  readonly text: string;
}

/** Longer tokens are not looked at: they cost time before anything of them is proven. */
const MAX_TOKEN_LENGTH = 8192;

const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const AUTHORIZATION = /^(?:Bearer|ApiKey) +(\S+)$/i;

/**
 * The credential of a request: `X-API-Key`, or `Authorization` with the scheme Bearer
 * (or ApiKey), either with a key or a token. Undefined if there is none. Two that
 * differ are refused: whoever checks one of them must not act on the other.
 */
export function credentialIn(header: Headers): Credential | undefined {
  const own = header.get("x-api-key")?.trim();
  const authorization = header.get("authorization")?.trim();
  const standard = authorization === undefined ? undefined : bearerIn(authorization);
  if (own !== undefined && standard !== undefined && own !== standard) {
    throw unauthenticated("two different credentials");
  }
  const text = own ?? standard;
  return text === undefined ? undefined : { kind: kindOf(text), text };
}

function bearerIn(authorization: string): string {
  const text = AUTHORIZATION.exec(authorization)?.[1];
  if (text === undefined) throw unauthenticated("an Authorization header of another form");
  return text;
}

function kindOf(text: string): Credential["kind"] {
  if (isSecret(text)) return "key";
  if (text.length > MAX_TOKEN_LENGTH) throw unauthenticated("a token that is too long");
  if (TOKEN.test(text)) return "token";
  throw unauthenticated("neither a key nor a token, by its form");
}
