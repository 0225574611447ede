import { describe, expect, test } from "vitest";
import { bodyFormat, isCompressible } from "./content-type.ts";
import { formatEtag, matchesEtag, parseIfMatch } from "./etag.ts";
import { LazyHeaders } from "./lazy-headers.ts";
import { addHeaders } from "./node-http.ts";
import { readTimeout } from "./timeout.ts";

test.each([
  [undefined, "json"],
  ["application/json", "json"],
  ["Application/JSON ; charset=UTF-8", "json"],
  ['application/json; charset="utf8"', "json"],
  ["application/json;", "json"],
  ["application/merge-patch+json", "json"],
  ["application/json; charset=utf-16", undefined],
  ["application/json; charset=utf-8; charset=latin1", undefined],
  ["application/json; charset", undefined],
  ["application/jsonp", undefined],
  ["text/json", undefined],
  ["", undefined],
  ["application/x-www-form-urlencoded", "form"],
  ["application/x-www-form-urlencoded; charset=UTF-8", "form"],
  ["application/x-www-form-urlencoded; charset=iso-8859-1", undefined],
  ["multipart/form-data; boundary=b", "multipart"],
  ["multipart/form-data", undefined],
  ['multipart/form-data; boundary=""', undefined],
  ["multipart/form-data; boundary=é", undefined],
  ["multipart/mixed; boundary=b", undefined],
])("Content-Type %s", (type, expected) => {
  expect(bodyFormat(type)?.kind).toBe(expected);
});

test("a boundary is read out of its quotes", () => {
  expect(bodyFormat('multipart/form-data; boundary="a b:c"')).toEqual({
    kind: "multipart",
    boundary: "a b:c",
  });
});

test.each([
  ["text/csv; charset=utf-8", true],
  ["application/json", true],
  ["application/ld+json", true],
  ["image/svg+xml", true],
  ["image/png", false],
  ["application/zip", false],
  ["application/octet-stream", false],
])("%s compresses: %s", (type, expected) => {
  expect(isCompressible(type)).toBe(expected);
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
    ["", false],
  ])("If-None-Match: %s", (header, expected) => {
    expect(matchesEtag(header, '"7"')).toBe(expected);
  });

  test("may hold commas, and be weak", () => {
    expect(matchesEtag('"x", "a,b"', '"a,b"')).toBe(true);
    expect(matchesEtag('"7"', 'W/"7"')).toBe(true);
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
  const web = new LazyHeaders({ ":path": "/", "x-a": "1", "set-cookie": ["a", "b"] });
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
