import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toConfig } from "./config.ts";
import { readEnv } from "./env.ts";

const SECRET = "hunter2-hunter2-hunter2-hunter2-";
const ANY = { PARLEY_JWT_ISSUER: "any", PARLEY_JWT_AUDIENCE: "any" };

const configure = (source: Record<string, string>) => toConfig(readEnv(source)).auth;
const problems = (source: Record<string, string>) => {
  try {
    configure(source);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
};

describe("tokens", () => {
  it("are there once a key is, with claims under their usual names", () => {
    const { tokens } = configure({
      PARLEY_JWT_SECRET: SECRET,
      PARLEY_JWT_ISSUER: "https://issuer.example/",
      PARLEY_JWT_AUDIENCE: "one, two",
    });
    expect(tokens).toMatchObject({
      key: { kind: "secret" },
      issuer: "https://issuer.example/",
      audience: ["one", "two"],
      toleranceMs: 30_000,
      defaultScopes: ["sessions:write", "tasks:write", "accounts:read"],
      claims: {
        user: "sub",
        tenant: undefined,
        scopes: "scope",
        roles: "roles",
        groups: "groups",
        email: "email",
      },
    });
    expect(tokens?.key.kind === "secret" && tokens.key.secret.reveal()).toBe(SECRET);
  });

  it("have claims under other names, or none of a kind", () => {
    const { tokens } = configure({
      ...ANY,
      PARLEY_JWT_PUBLIC_KEY: "key.pem",
      PARLEY_JWT_TENANT_CLAIM: "org.id",
      PARLEY_JWT_ROLES_CLAIM: "https://parley.example/roles",
      PARLEY_JWT_SCOPES_CLAIM: "none",
      PARLEY_JWT_GROUPS_CLAIM: "none",
      PARLEY_JWT_DEFAULT_SCOPES: "sessions:read, tasks:read",
    });
    expect(tokens).toMatchObject({
      key: { kind: "public-key", file: "key.pem" },
      issuer: undefined,
      audience: undefined,
      defaultScopes: ["sessions:read", "tasks:read"],
      claims: {
        tenant: "org.id",
        scopes: undefined,
        roles: "https://parley.example/roles",
        groups: undefined,
      },
    });
    expect(
      configure({ ...ANY, PARLEY_JWT_SECRET: SECRET, PARLEY_JWT_DEFAULT_SCOPES: "none" }).tokens,
    ).toMatchObject({ defaultScopes: [] });
  });

  it.each([
    "https://a.example/jwks",
    "http://127.0.0.1:1/k",
    "http://[::1]/k",
    "http://localhost/",
  ])("take the keys of %s", (url) => {
    const { tokens } = configure({ ...ANY, PARLEY_JWT_JWKS_URL: url });
    expect(tokens?.key).toEqual({ kind: "jwks", url });
  });

  it.each([
    [{ ...ANY, PARLEY_JWT_JWKS_URL: "http://a.example/" }, /^PARLEY_JWT_JWKS_URL: .*https:/],
    [{ ...ANY, PARLEY_JWT_JWKS_URL: "file:///etc/keys" }, /^PARLEY_JWT_JWKS_URL: /],
    [{ ...ANY, PARLEY_JWT_SECRET: "hunter2" }, "PARLEY_JWT_SECRET: must be at least 32 bytes"],
    [
      { ...ANY, PARLEY_JWT_SECRET: SECRET, PARLEY_JWT_PUBLIC_KEY: "k" },
      "PARLEY_JWT_PUBLIC_KEY: is set, but PARLEY_JWT_SECRET is too; set one of them",
    ],
    [{ PARLEY_JWT_SECRET: SECRET, PARLEY_JWT_ISSUER: "a" }, /^PARLEY_JWT_AUDIENCE: is not set/],
    [{ PARLEY_JWT_PUBLIC_KEY: "k", PARLEY_JWT_AUDIENCE: "a" }, /^PARLEY_JWT_ISSUER: is not set/],
    [{ PARLEY_JWT_DEFAULT_SCOPES: "all" }, /^PARLEY_JWT_DEFAULT_SCOPES: "all" must be scopes/],
    [{ PARLEY_JWT_TOLERANCE: "6m" }, /^PARLEY_JWT_TOLERANCE: .* to 5m$/],
    [{ PARLEY_JWT_USER_CLAIM: "a b" }, /^PARLEY_JWT_USER_CLAIM: /],
    [{ PARLEY_BOOTSTRAP_KEY: "hunter2" }, /^PARLEY_BOOTSTRAP_KEY: must be pk_ and 32 to 128/],
    [{ PARLEY_TENANT: "two words" }, /^PARLEY_TENANT: /],
  ])("are refused for %o", (env, line) => {
    const [only, ...more] = problems(env);
    expect(only).toMatch(line);
    expect(more).toEqual([]);
    expect(only).not.toContain("hunter2");
  });
});

it("shows no secret, however it is printed", () => {
  const auth = configure({
    ...ANY,
    PARLEY_JWT_SECRET: SECRET,
    PARLEY_BOOTSTRAP_KEY: `pk_${SECRET}`,
  });
  expect(auth.bootstrapKey?.reveal()).toBe(`pk_${SECRET}`);
  for (const text of [JSON.stringify(auth), inspect(auth, { depth: 9 }), `${auth.bootstrapKey}`]) {
    expect(text).not.toContain("hunter2");
    expect(text).toContain("***");
  }
});
