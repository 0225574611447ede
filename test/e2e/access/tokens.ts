import { createSign, generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { rest } from "../../support/rest.ts";
import { type Json, part, signedToken } from "../../support/signed-token.ts";
import type { Target } from "./callers.ts";
import { tokenFor } from "./service.ts";

export function tokensSuite(target: Target): void {
  const asked = (token: string) =>
    rest(target().url, { authorization: `Bearer ${token}` }).get("/api/v1/sessions");
  const now = () => Math.floor(Date.now() / 1000);

  it.each<[string, number, (now: number) => Json]>([
    ["another tenant", 200, () => ({ org: { id: "other" } })],
    ["an audience among several", 200, () => ({ aud: ["x", "other"] })],
    ["the tolerance of clocks", 200, (now) => ({ exp: now - 5, nbf: now + 20 })],
    ["scopes as a text", 200, () => ({ scope: "openid sessions:read" })],
    ["scopes as a list", 200, () => ({ scope: ["sessions:read"] })],
    ["the scope of everything", 200, () => ({ scope: "admin" })],
    ["scopes of another service alone", 403, () => ({ scope: "openid profile" })],
    ["an empty scope", 403, () => ({ scope: "" })],
    ["scopes of another type", 403, () => ({ scope: { "sessions:read": true } })],
    ["an expired one", 401, (now) => ({ exp: now - 31 })],
    ["one without an end", 401, () => ({ exp: undefined })],
    ["an end that is no number", 401, () => ({ exp: "tomorrow" })],
    ["one that is not good yet", 401, (now) => ({ nbf: now + 60 })],
    ["another issuer", 401, () => ({ iss: "https://issuer.example/" })],
    ["no issuer", 401, () => ({ iss: undefined })],
    ["another audience", 401, () => ({ aud: "else" })],
    ["no audience", 401, () => ({ aud: undefined })],
    ["no user", 401, () => ({ sub: undefined })],
    ["an empty user", 401, () => ({ sub: "" })],
    ["a user that is a number", 401, () => ({ sub: 7 })],
    ["a user with a blank", 401, () => ({ sub: "two words" })],
    ["no tenant", 401, () => ({ org: undefined })],
    ["a tenant that is a list", 401, () => ({ org: { id: ["default"] } })],
  ])("of %s gives %i", async (_, status, claims) => {
    expect((await asked(tokenFor(target(), claims(now())))).status).toBe(status);
  });

  it("that are hostile are refused, and break nothing", async () => {
    const good = tokenFor(target());
    const [head = "", body = "", signature = ""] = good.split(".");
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const rsaHead = part({ alg: "RS256", typ: "JWT" });
    const rsa = createSign("sha256").update(`${rsaHead}.${body}`).sign(privateKey, "base64url");
    const spki = publicKey.export({ type: "spki", format: "pem" });
    const hostile = [
      ...["none", "None", "NONE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", "dir"].flatMap(
        (alg) => [`${part({ alg })}.${body}.${signature}`, `${part({ alg })}.${body}.`],
      ),
      `${rsaHead}.${body}.${rsa}`,
      signedToken(spki, { sub: "x", exp: now() + 60 }),
      signedToken("", { sub: "x", exp: now() + 60 }),
      tokenFor(target(), {}, { crit: ["exp"] }),
      tokenFor(target(), {}, { b64: false, crit: ["b64"] }),
      tokenFor(target(), {}, { alg: undefined }),
      tokenFor(target(), {}, { alg: ["HS256"] }),
      `${part({ alg: "HS256", jwk: { kty: "oct", k: "AA" } })}.${body}.${signature}`,
      `${part({ alg: "HS256", jku: "http://127.0.0.1:1/" })}.${body}.${signature}`,
      tokenFor(target(), { pad: "x".repeat(8000) }),
      ...Array.from({ length: 40 }, (_, i) => good.slice(0, (good.length * i) / 40)),
      ...Array.from({ length: 40 }, (_, i) => flipped(good, Math.floor((good.length * i) / 40))),
      ...["1", "null", "[]", "{}", '"x"', "{", "\xff"].flatMap((json) => [
        `${part(json)}.${body}.${signature}`,
        `${head}.${part(json)}.${signature}`,
        signedRaw(target().jwtSecret, json),
      ]),
      "a.b.c",
      "..",
      "....",
      `${good}.${good}`,
    ];
    for (const token of hostile) {
      const { status } = await asked(token);
      expect([status, token.slice(0, 80)]).toEqual([401, token.slice(0, 80)]);
    }
  });
}

/** The last character of a part may hold bits that do not count, so two are changed. */
function flipped(token: string, at: number): string {
  const place = Math.min(Math.max(at, 1), token.length - 3);
  const other = [...token.slice(place, place + 2)].map((c) => (c === "A" ? "B" : "A")).join("");
  return token.slice(0, place) + other + token.slice(place + 2);
}

function signedRaw(secret: string, payload: string): string {
  return signedToken(secret, payload as unknown as Record<string, unknown>);
}
