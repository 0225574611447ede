import { isScope, type Scope } from "../domain/scopes.ts";
import type { Env } from "./env.ts";
import { isLoopback } from "./loopback.ts";
import { type Parsed, parseJwksUrl } from "./parse.ts";
import type { Reader } from "./reader.ts";
import { SecretText } from "./secret-text.ts";
import type { VariableName } from "./variables.ts";

export interface AuthConfig {
  /** `dev`: headers are believed. `required`: callers have a key or a token. */
  readonly mode: "dev" | "required";
  readonly devUserId: string;
  /** The tenant of tokens that name none, and of the first key. */
  readonly tenantId: string;
  /** How tokens are checked; undefined: there are none. */
  readonly tokens: TokenConfig | undefined;
  /** The secret of an admin's key that is made at the start. */
  readonly bootstrapKey: SecretText | undefined;
}

export interface TokenConfig {
  readonly key: TokenKey;
  /** Undefined: any. */
  readonly issuer: string | undefined;
  /** One of these; undefined: any. */
  readonly audience: readonly string[] | undefined;
  readonly toleranceMs: number;
  readonly claims: TokenClaims;
  /** What a token may do that has no claim of scopes. */
  readonly defaultScopes: readonly Scope[];
}

export type TokenKey =
  | { readonly kind: "secret"; readonly secret: SecretText }
  /** A file in PEM. */
  | { readonly kind: "public-key"; readonly file: string }
  | { readonly kind: "jwks"; readonly url: string };

/** Names of claims, or paths into them. */
export interface TokenClaims {
  readonly user: string;
  readonly tenant: string | undefined;
  readonly scopes: string | undefined;
  readonly roles: string | undefined;
  readonly groups: string | undefined;
  readonly email: string;
}

const NAME = /^[\x21-\x7e]{1,255}$/;
const NAME_ALLOWED = "1 to 255 visible ASCII characters";
const SECRET_BYTES = 32;
const MAX_TOLERANCE_MS = 300_000;

export function toAuth(reader: Reader, env: Env, host: string): AuthConfig {
  const mode = env.PARLEY_AUTH === undefined ? defaultMode(host) : undefined;
  return {
    mode: mode ?? reader.oneOf("PARLEY_AUTH", ["dev", "required"]),
    devUserId: reader.matching("DEV_USER_ID", NAME, NAME_ALLOWED),
    tenantId: reader.matching("PARLEY_TENANT", NAME, NAME_ALLOWED),
    tokens: toTokens(reader, env),
    bootstrapKey: secret(reader, env, "PARLEY_BOOTSTRAP_KEY", isKeySecret, KEY_ALLOWED),
  };
}

function defaultMode(host: string): AuthConfig["mode"] {
  return isLoopback(host) ? "dev" : "required";
}

const KEY_ALLOWED = "pk_ and 32 to 128 of A-Za-z0-9_-";
const isKeySecret = (text: string) => /^pk_[A-Za-z0-9_-]{32,128}$/.test(text);

function secret(
  reader: Reader,
  env: Env,
  name: VariableName,
  isGood: (text: string) => boolean,
  allowed: string,
): SecretText | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  // Its value is in no problem.
  if (!isGood(text)) reader.refuse(name, `must be ${allowed}`);
  return new SecretText(text);
}

function toTokens(reader: Reader, env: Env): TokenConfig | undefined {
  const common = {
    issuer: unlessAny(env.PARLEY_JWT_ISSUER),
    audience: unlessAny(env.PARLEY_JWT_AUDIENCE)
      ?.split(",")
      .map((one) => one.trim()),
    toleranceMs: reader.duration("PARLEY_JWT_TOLERANCE", 0, MAX_TOLERANCE_MS),
    claims: toClaims(reader, env),
    defaultScopes: reader.list("PARLEY_JWT_DEFAULT_SCOPES", parseScopes),
  };
  const keys = tokenKeys(reader, env);
  const [key, another] = keys;
  if (key === undefined) return undefined;
  if (another !== undefined) {
    reader.refuse(another.variable, `is set, but ${key.variable} is too; set one of them`);
  }
  for (const name of ["PARLEY_JWT_ISSUER", "PARLEY_JWT_AUDIENCE"] as const) {
    if (env[name] !== undefined) continue;
    reader.refuse(name, `is not set, but ${key.variable} is; "any" takes every one`);
  }
  return { key: key.key, ...common };
}

function unlessAny(text: string | undefined): string | undefined {
  return text === "any" ? undefined : text;
}

interface NamedKey {
  readonly variable: VariableName;
  readonly key: TokenKey;
}

function tokenKeys(reader: Reader, env: Env): NamedKey[] {
  const shared = secret(
    reader,
    env,
    "PARLEY_JWT_SECRET",
    (text) => Buffer.byteLength(text) >= SECRET_BYTES,
    `at least ${SECRET_BYTES} bytes`,
  );
  const file = env.PARLEY_JWT_PUBLIC_KEY;
  const [url] = reader.list("PARLEY_JWT_JWKS_URL", parseJwksUrl);
  return [
    ...(shared ? [named("PARLEY_JWT_SECRET", { kind: "secret", secret: shared })] : []),
    ...(file ? [named("PARLEY_JWT_PUBLIC_KEY", { kind: "public-key", file })] : []),
    ...(url ? [named("PARLEY_JWT_JWKS_URL", { kind: "jwks", url })] : []),
  ];
}

function named(variable: VariableName, key: TokenKey): NamedKey {
  return { variable, key };
}

function toClaims(reader: Reader, env: Env): TokenClaims {
  const claim = (name: VariableName) => reader.matching(name, NAME, NAME_ALLOWED);
  const unlessNone = (name: VariableName) => {
    const text = claim(name);
    return text === "none" ? undefined : text;
  };
  return {
    user: claim("PARLEY_JWT_USER_CLAIM"),
    tenant: env.PARLEY_JWT_TENANT_CLAIM && claim("PARLEY_JWT_TENANT_CLAIM"),
    scopes: unlessNone("PARLEY_JWT_SCOPES_CLAIM"),
    roles: unlessNone("PARLEY_JWT_ROLES_CLAIM"),
    groups: unlessNone("PARLEY_JWT_GROUPS_CLAIM"),
    email: claim("PARLEY_JWT_EMAIL_CLAIM"),
  };
}

function parseScopes(text: string): Parsed<readonly Scope[]> {
  if (text === "none") return { value: [] };
  const scopes = text.split(/[\s,]+/);
  const known = scopes.filter(isScope);
  return known.length === scopes.length
    ? { value: known }
    : { allowed: "scopes such as sessions:read tasks:read, or none" };
}
