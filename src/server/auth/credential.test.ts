import { expect, it } from "vitest";
import { newSecret } from "../../key-secret.ts";
import { credentialIn } from "./credential.ts";

const KEY = newSecret();
const TOKEN = "eyJh.eyJz.c2ln";
const found = (headers: Record<string, string>) => credentialIn(new Headers(headers));

it.each([
  [{ "x-api-key": KEY }, "key", KEY],
  [{ "x-api-key": TOKEN }, "token", TOKEN],
  [{ authorization: `Bearer ${KEY}` }, "key", KEY],
  [{ authorization: `bearer  ${TOKEN}` }, "token", TOKEN],
  [{ authorization: `ApiKey ${KEY}` }, "key", KEY],
  [{ authorization: `Bearer ${KEY}`, "x-api-key": KEY }, "key", KEY],
])("finds what %o holds, by its form", (headers, kind, text) => {
  expect(found(headers)).toEqual({ kind, text });
});

it("finds nothing where there is nothing", () => {
  expect(found({ "x-user-id": "ann" })).toBeUndefined();
});

it.each([
  { "x-api-key": "" },
  { authorization: "" },
  { authorization: KEY },
  { authorization: `Basic ${KEY}` },
  { authorization: "Bearer" },
  { authorization: `Bearer ${KEY}, Bearer ${KEY}` },
  { "x-api-key": "pk_short" },
  { "x-api-key": `${KEY}!` },
  { "x-api-key": "a.b" },
  { "x-api-key": "a.b.c.d" },
  { "x-api-key": "a..c" },
  { "x-api-key": `a.${"b".repeat(8192)}.c` },
  { authorization: `Bearer ${TOKEN}`, "x-api-key": KEY },
  { authorization: "Basic eA==", "x-api-key": KEY },
])("refuses %o", (headers) => {
  const attempt = () => found(headers as Record<string, string>);
  expect(attempt).toThrow(expect.objectContaining({ reason: "unauthenticated" }));
});
