import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JWTPayload, SignJWT } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import type { TokenClaims, TokenKey } from "../../config/auth.ts";
import { SecretText } from "../../config/secret-text.ts";
import { tokenAuthenticator } from "./token.ts";
import { openVerifyingKey } from "./token-keys.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const seconds = NOW.getTime() / 1000;
const CLAIMS: TokenClaims = {
  user: "sub",
  tenant: undefined,
  scopes: "scope",
  roles: "roles",
  groups: "groups",
  email: "email",
};

const folder = mkdtempSync(join(tmpdir(), "parley-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

function pemFile(name: string, text: string | Buffer): TokenKey {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { kind: "public-key", file };
}

const spki = (key: KeyObject) => key.export({ type: "spki", format: "pem" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");
const secret = randomBytes(32).toString("hex");

const KEYS = {
  HS256: { kind: "secret", secret: new SecretText(secret) },
  RS256: pemFile("rsa.pem", spki(rsa.publicKey)),
  ES256: pemFile("ec.pem", spki(ec.publicKey)),
  EdDSA: pemFile("ed.pem", spki(ed.publicKey)),
} satisfies Record<string, TokenKey>;
const SIGNERS = {
  HS256: new TextEncoder().encode(secret),
  RS256: rsa.privateKey,
  ES256: ec.privateKey,
  EdDSA: ed.privateKey,
};
type Algorithm = keyof typeof KEYS;
const ALGORITHMS = Object.keys(KEYS) as Algorithm[];

function signed(payload: JWTPayload, alg: string, key: KeyObject | Uint8Array): Promise<string> {
  const claims = { sub: "ann", exp: seconds + 60, ...payload };
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

async function authenticator(key: TokenKey, claims: Partial<TokenClaims> = {}, now = () => NOW) {
  return tokenAuthenticator({
    key: await openVerifyingKey(key),
    issuer: undefined,
    audience: undefined,
    toleranceMs: 0,
    claims: { ...CLAIMS, ...claims },
    defaultScopes: ["sessions:read"],
    tenantId: "default",
    now,
  });
}

async function callerBy(token: string, key: TokenKey, claims: Partial<TokenClaims> = {}) {
  const header = new Headers({ authorization: `Bearer ${token}` });
  return (await authenticator(key, claims)).authenticate(header);
}

const REFUSED = { reason: "unauthenticated" };

describe("a token", () => {
  it.each(ALGORITHMS)("of %s is verified by its key, and by no other", async (alg) => {
    const token = await signed({}, alg, SIGNERS[alg]);
    expect(await callerBy(token, KEYS[alg])).toMatchObject({ userId: "ann", via: "token" });
    for (const other of ALGORITHMS.filter((name) => name !== alg)) {
      await expect(callerBy(token, KEYS[other])).rejects.toMatchObject(REFUSED);
    }
  });

  it.each(["RS256", "ES256", "EdDSA"] as const)(
    "signed with the public key of %s as a secret is refused",
    async (alg) => {
      const { publicKey } = { RS256: rsa, ES256: ec, EdDSA: ed }[alg];
      for (const text of [spki(publicKey), publicKey.export({ type: "spki", format: "der" })]) {
        const token = await signed({}, "HS256", new TextEncoder().encode(text.toString()));
        await expect(callerBy(token, KEYS[alg])).rejects.toMatchObject(REFUSED);
      }
    },
  );

  it("of a longer hash than is configured is refused", async () => {
    const long = new TextEncoder().encode(secret.repeat(2));
    const token = await signed({}, "HS512", long);
    const key: TokenKey = { kind: "secret", secret: new SecretText(secret.repeat(2)) };
    await expect(callerBy(token, key)).rejects.toMatchObject(REFUSED);
  });

  it("tells why it was refused, and nothing of itself", async () => {
    const token = await signed({ exp: seconds - 1, sub: "s3cret" }, "HS256", SIGNERS.HS256);
    const error = await Promise.resolve(callerBy(token, KEYS.HS256)).catch((reason) => reason);
    expect(error.cause).toBe("ERR_JWT_EXPIRED exp");
    expect(error.message).not.toContain("exp");
  });

  it("stays good until its end", async () => {
    let time = NOW;
    const way = await authenticator(KEYS.HS256, {}, () => time);
    const token = await signed({}, "HS256", SIGNERS.HS256);
    const caller = await way.authenticate(new Headers({ "x-api-key": token }));
    time = new Date((seconds + 60) * 1000 - 1);
    expect(await way.isStillGood?.(caller!)).toBe(true);
    time = new Date((seconds + 60) * 1000);
    expect(await way.isStillGood?.(caller!)).toBe(false);
  });
});

describe("claims", () => {
  const named = async (payload: JWTPayload, claims: Partial<TokenClaims> = {}) =>
    callerBy(await signed(payload, "HS256", SIGNERS.HS256), KEYS.HS256, claims);

  it("make the caller", async () => {
    const caller = await named({
      scope: "openid sessions:write tasks:read",
      roles: ["worker", "root"],
      groups: ["a", "Data Science", "", 7, "x".repeat(256), "line\nbreak"],
      email: "ann@example.com",
      email_verified: true,
    });
    expect(caller).toEqual({
      tenantId: "default",
      userId: "ann",
      scopes: new Set(["sessions:write", "tasks:read"]),
      roles: new Set(["user", "worker"]),
      groups: new Set(["a", "Data Science"]),
      email: "ann@example.com",
      via: "token",
      proof: { kind: "token", endsAt: new Date((seconds + 60) * 1000) },
    });
  });

  it("may be missing, but for the user", async () => {
    expect(await named({})).toEqual({
      tenantId: "default",
      userId: "ann",
      scopes: new Set(["sessions:read"]),
      roles: new Set(["user"]),
      groups: new Set(),
      via: "token",
      proof: { kind: "token", endsAt: new Date((seconds + 60) * 1000) },
    });
    await expect(named({}, { user: "email" })).rejects.toMatchObject(REFUSED);
    await expect(named({}, { tenant: "tid" })).rejects.toMatchObject(REFUSED);
  });

  it.each([false, "true", 1, undefined])(
    "name no e-mail address that is verified as %o",
    async (is) => {
      const caller = await named({ email: "ann@example.com", email_verified: is });
      expect(caller).not.toHaveProperty("email");
    },
  );

  it("are found by whole names before paths, and not in what objects inherit", async () => {
    const roles = { roles: "https://x.example/roles" };
    const url = await named({ "https://x.example/roles": "worker" }, roles);
    expect(url?.roles).toEqual(new Set(["user", "worker"]));
    const path = { roles: "realm_access.roles", tenant: "org.id" };
    const nested = await named(
      { realm_access: { roles: ["admin"] }, org: { id: "acme" }, "org.id": "whole" },
      path,
    );
    expect([nested?.roles, nested?.tenantId]).toEqual([new Set(["user", "admin"]), "whole"]);
    await expect(named({}, { user: "constructor.name" })).rejects.toMatchObject(REFUSED);
    const listed = await named({ names: ["bob"] }, { user: "names.0" });
    expect(listed?.userId).toBe("bob");
  });

  it("of scopes are not looked at where none are configured", async () => {
    const caller = await named({ scope: "admin" }, { scopes: undefined, roles: undefined });
    expect(caller?.scopes).toEqual(new Set(["sessions:read"]));
  });
});

describe("a public key", () => {
  it.each([
    ["that is no PEM", "nothing", /no public key in PEM/],
    ["that is private", rsa.privateKey.export({ type: "pkcs8", format: "pem" }), /private key/],
    [
      "that is short",
      spki(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey),
      /2048 bits/,
    ],
    [
      "of another curve",
      spki(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey),
      /P-256/,
    ],
  ])("%s stops the start", async (_, pem, message) => {
    await expect(openVerifyingKey(pemFile("bad.pem", pem))).rejects.toThrow(message);
  });

  it("that is not there stops the start", async () => {
    const missing = { kind: "public-key", file: join(folder, "none") } as const;
    await expect(openVerifyingKey(missing)).rejects.toThrow(/^PARLEY_JWT_PUBLIC_KEY: ENOENT/);
  });
});
