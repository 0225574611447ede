import { describe, expect, test } from "vitest";
import { isJson, isPlain } from "./content-type.ts";
import { formatEtag, matchesEtag, parseIfMatch } from "./etag.ts";
import { addHeaders, toWebHeaders } from "./node-http.ts";
import { readTimeout } from "./timeout.ts";

test.each([
  [undefined, true],
  ["application/json", true],
  ["Application/JSON ; charset=UTF-8", true],
  ['application/json; charset="utf8"', true],
  ["application/merge-patch+json", true],
  ["application/json; charset=utf-16", false],
  ["application/jsonp", false],
  ["text/json", false],
  ["", false],
])("Content-Type %s", (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

test("only bodies as they are count as plain", () => {
  expect([undefined, "identity", "gzip", "gzip, identity"].map(isPlain)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe("etags", () => {
  test("are written where a header can hold them", () => {
    expect(["7", "a-b", 'a"b', "", "a b", "é"].map(formatEtag)).toEqual([
      '"7"',
      '"a-b"',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['"7"', "7"],
    ["*", "*"],
    ['W/"7"', "W/7"],
    ["7", "7"],
    ['"7", "8"', undefined],
    ["7,8", undefined],
    ['"', undefined],
    ["", undefined],
  ])("If-Match: %s", (header, expected) => {
    expect(parseIfMatch(header)).toBe(expected);
  });

  test.each([
    ["*", true],
    ['"7"', true],
    ['"6", W/"7"', true],
    ['"77"', false],
    ["7", false],
  ])("If-None-Match: %s", (header, expected) => {
    expect(matchesEtag(header, '"7"')).toBe(expected);
  });
});

test.each([
  [{}, undefined],
  [{ "connect-timeout-ms": "250" }, 250],
  [{ "grpc-timeout": "2S" }, 2000],
  [{ "grpc-timeout": "500u" }, 0.5],
  [{ "x-server-timeout": "0.25" }, 250],
  [{ "x-server-timeout": "1", "connect-timeout-ms": "900" }, 900],
  [{ "grpc-timeout": "99999999H" }, 60_000],
  [{ "connect-timeout-ms": "-1" }, "invalid"],
  [{ "grpc-timeout": "1" }, "invalid"],
  [{ "x-server-timeout": "1e3", "connect-timeout-ms": "1" }, "invalid"],
])("timeout of %o", (headers, expected) => {
  expect(readTimeout(headers, 60_000)).toBe(expected);
});

test("headers go both ways without what frames a message", () => {
  const web = toWebHeaders({ ":path": "/", "x-a": "1", "set-cookie": ["a", "b"] });
  expect([...web]).toEqual([
    ["set-cookie", "a"],
    ["set-cookie", "b"],
    ["x-a", "1"],
  ]);
  web.set("content-length", "9");
  web.set("Connection", "close");
  const node = {};
  addHeaders(node, web);
  expect(node).toEqual({ "set-cookie": ["a", "b"], "x-a": "1" });
});
