import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "./address.ts";

describe("parseRedisUrl", () => {
  it("reads a standalone server", () => {
    expect(parseRedisUrl("redis://localhost")).toEqual({
      kind: "standalone",
      hosts: [{ host: "localhost", port: 6379 }],
      tls: false,
      db: 0,
    });
    expect(parseRedisUrl("rediss://me:p%40ss@[::1]:7000/3")).toEqual({
      kind: "standalone",
      hosts: [{ host: "::1", port: 7000 }],
      tls: true,
      username: "me",
      password: "p@ss",
      db: 3,
    });
    expect(parseRedisUrl("redis://:secret@h/")).toMatchObject({ password: "secret", db: 0 });
  });

  it("reads a cluster", () => {
    expect(parseRedisUrl("redis://a:7000,b:7001?cluster=true")).toEqual({
      kind: "cluster",
      hosts: [
        { host: "a", port: 7000 },
        { host: "b", port: 7001 },
      ],
      tls: false,
      db: 0,
    });
  });

  it("reads Sentinels", () => {
    expect(parseRedisUrl("redis+sentinel://a,b:26380/mymaster/2")).toEqual({
      kind: "sentinel",
      hosts: [
        { host: "a", port: 26379 },
        { host: "b", port: 26380 },
      ],
      tls: false,
      db: 2,
      masterName: "mymaster",
    });
  });

  it.each([
    ["http://localhost", /redis:\/\//],
    ["localhost:6379", /redis:\/\//],
    ["redis://", /redis:\/\//],
    ["redis://a,b", /cluster=true/],
    ["redis://a:99999", /host:port/],
    ["redis://a:0", /host:port/],
    ["redis://a/first", /number of a database/],
    ["redis://a/1/2", /number of a database/],
    ["redis://a/1?cluster=true", /database 0/],
    ["redis://a?cluster=yes", /true or false/],
    ["redis://a?tls=true", /unknown parameter tls/],
    ["redis+sentinel://a", /master/],
    ["redis+sentinel://a/m?cluster=true", /either/],
  ])("refuses %s and says why", (url, why) => {
    expect(() => parseRedisUrl(url)).toThrow(TypeError);
    expect(() => parseRedisUrl(url)).toThrow(why);
  });

  it("never repeats a password", () => {
    expect(() => parseRedisUrl("redis://me:hunter2@a,b")).not.toThrow(/hunter2/);
    expect(() => parseRedisUrl("redis://me:hunter2@a@b:1/x")).not.toThrow(/hunter2/);
  });
});
