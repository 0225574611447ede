import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify, SignJWT } from "jose";
import { afterEach, beforeEach, expect, it } from "vitest";
import { jwksKeys } from "./jwks-keys.ts";

const MINUTE = 60_000;

interface Pair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function pair(kid: string): Pair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256" } };
}

/** An issuer whose answers a test decides. */
let server: Server;
let issuer: { keys: readonly Pair[]; status: number; body: string | undefined; asked: number };
let time: number;
let url: string;

beforeEach(async () => {
  issuer = { keys: [], status: 200, body: undefined, asked: 0 };
  time = 1_000_000;
  server = createServer((_, res) => {
    issuer.asked++;
    res.statusCode = issuer.status;
    if (issuer.status === 302) res.setHeader("location", url);
    res.end(issuer.body ?? JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterEach(() => new Promise<void>((closed) => void server.close(() => closed())));

function verifier() {
  const get = jwksKeys({ url, monotonic: () => time });
  return async ({ kid, privateKey }: Pair) => {
    const token = await new SignJWT({ sub: "ann" })
      .setProtectedHeader({ alg: "ES256", kid })
      .sign(privateKey);
    const { payload } = await jwtVerify(token, get, { algorithms: ["ES256"] });
    return payload.sub;
  };
}

const UNKNOWN = { code: "ERR_JWKS_NO_MATCHING_KEY" };
const AWAY = { reason: "unavailable" };

it("are fetched once for many tokens", async () => {
  const one = pair("1");
  issuer.keys = [one];
  const verify = verifier();
  expect(await Promise.all([verify(one), verify(one), verify(one)])).toEqual(["ann", "ann", "ann"]);
  await verify(one);
  expect(issuer.asked).toBe(1);
});

it("are fetched again for one that is new, but not for every unknown one", async () => {
  const [one, two, made] = [pair("1"), pair("2"), pair("3")];
  issuer.keys = [one];
  const verify = verifier();
  await verify(one);
  issuer.keys = [one, two];
  await expect(verify(two)).rejects.toMatchObject(UNKNOWN);
  time += 30_000;
  expect(await verify(two)).toBe("ann");
  for (let n = 0; n < 20; n++) await expect(verify(made)).rejects.toMatchObject(UNKNOWN);
  expect(issuer.asked).toBe(2);
});

it("that the issuer has taken back are forgotten when they are old", async () => {
  const [one, two] = [pair("1"), pair("2")];
  issuer.keys = [one, two];
  const verify = verifier();
  await verify(one);
  issuer.keys = [two];
  time += 10 * MINUTE + 1;
  // This one is not kept waiting; it makes that they are fetched.
  expect(await verify(one)).toBe("ann");
  await expect.poll(() => issuer.asked).toBe(2);
  await expect.poll(() => verify(one).catch(({ code }) => code)).toBe(UNKNOWN.code);
  expect(await verify(two)).toBe("ann");
});

it("count for a day while the issuer is away", async () => {
  const one = pair("1");
  issuer.keys = [one];
  const verify = verifier();
  await verify(one);
  issuer.status = 500;
  time += 24 * 60 * MINUTE - 1;
  expect(await verify(one)).toBe("ann");
  await expect(verify(pair("2"))).rejects.toMatchObject(UNKNOWN);
  time += 1;
  await expect(verify(one)).rejects.toMatchObject(AWAY);
});

it.each([
  ["fails", { status: 500 }],
  ["sends elsewhere", { status: 302 }],
  ["answers no JSON", { body: "<html>" }],
  ["answers no key set", { body: "[]" }],
  ["answers too much", { body: `{"keys":[],"x":"${"x".repeat(1_000_001)}"}` }],
])("are not to be had where the issuer %s, and are asked for again soon", async (_, answer) => {
  const one = pair("1");
  Object.assign(issuer, answer);
  const verify = verifier();
  await expect(verify(one)).rejects.toMatchObject(AWAY);
  const { asked } = issuer;
  await expect(verify(one)).rejects.toMatchObject(AWAY);
  expect(issuer.asked).toBe(asked);
  Object.assign(issuer, { keys: [one], status: 200, body: undefined });
  time += 5000;
  expect(await verify(one)).toBe("ann");
});
