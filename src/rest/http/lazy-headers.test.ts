import { describe, expect, test } from "vitest";
import { LazyHeaders } from "./lazy-headers.ts";

const source = () => ({
  ":path": "/",
  host: "h",
  "x-a": "1",
  "set-cookie": ["a=1", "b=2"],
  "x-list": ["1", "2"],
  "x-unset": undefined,
});

/** What Headers would be with the same content. */
function plain(): Headers {
  return new Headers([
    ["host", "h"],
    ["x-a", "1"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x-list", "1"],
    ["x-list", "2"],
  ]);
}

const reads: readonly [string, (headers: Headers) => unknown][] = [
  ["get", (headers) => headers.get("x-a")],
  ["get of a list", (headers) => headers.get("x-list")],
  ["get in capitals", (headers) => headers.get("X-A")],
  ["get of what is not there", (headers) => headers.get("x-b")],
  ["get of what is undefined", (headers) => headers.get("x-unset")],
  ["get of what every object has", (headers) => headers.get("constructor")],
  ["has", (headers) => [headers.has("x-a"), headers.has("x-list"), headers.has("HOST")]],
  ["has of what is not there", (headers) => [headers.has("x-b"), headers.has("constructor")]],
  ["getSetCookie", (headers) => headers.getSetCookie()],
  ["iteration", (headers) => [...headers]],
  ["entries", (headers) => [...headers.entries()]],
  ["keys", (headers) => [...headers.keys()]],
  ["values", (headers) => [...headers.values()]],
  ["forEach", (headers) => collect(headers)],
  ["a copy", (headers) => [...new Headers(headers)]],
  ["a request", (headers) => new Request("http://h/", { headers }).headers.get("x-a")],
];

function collect(headers: Headers): [string, string][] {
  const all: [string, string][] = [];
  headers.forEach((value, name) => {
    all.push([name, value]);
  });
  return all;
}

describe("LazyHeaders read as Headers do", () => {
  test.each(reads)("%s", (_name, read) => {
    const headers = new LazyHeaders(source());
    expect(read(headers)).toEqual(read(plain()));
    expect([...headers]).toEqual([...plain()]);
    expect(read(headers)).toEqual(read(plain()));
  });

  test("names that are none are refused", () => {
    for (const name of [":path", "a b", ""]) {
      expect(() => new LazyHeaders(source()).get(name)).toThrow(TypeError);
      expect(() => new LazyHeaders(source()).has(name)).toThrow(TypeError);
    }
  });
});

describe("LazyHeaders change as Headers do", () => {
  test.each<[string, (headers: Headers) => void]>([
    ["set", (headers) => headers.set("x-a", "2")],
    ["append", (headers) => headers.append("x-a", "2")],
    ["delete", (headers) => headers.delete("x-a")],
  ])("%s", (_name, change) => {
    const given = source();
    const headers = new LazyHeaders(given);
    const expected = plain();
    for (const each of [headers, expected]) change(each);
    expect([...headers]).toEqual([...expected]);
    expect(headers.get("x-a")).toBe(expected.get("x-a"));
    expect(headers.has("x-a")).toBe(expected.has("x-a"));
    expect(given).toEqual(source());
  });

  test("they are Headers", () => {
    expect(new LazyHeaders({})).toBeInstanceOf(Headers);
  });
});

describe("headers of an answer", () => {
  test("are none, and untouched by who only looks", () => {
    const headers = new LazyHeaders();
    expect([headers.get("x-a"), headers.has("x-a"), headers.untouched]).toEqual([
      null,
      false,
      true,
    ]);
    headers.set("x-a", "1");
    expect([headers.get("x-a"), [...headers], headers.untouched]).toEqual([
      "1",
      [["x-a", "1"]],
      false,
    ]);
  });

  test("of one do not become those of another", () => {
    new LazyHeaders().set("x-a", "1");
    expect(new LazyHeaders().get("x-a")).toBeNull();
  });
});
