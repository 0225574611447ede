import { describe, expect, it } from "vitest";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { toConfig } from "./config.ts";
import { readEnv } from "./env.ts";

const configure = (source: Record<string, string>) => toConfig(readEnv(source));
const problems = (source: Record<string, string>) => {
  try {
    configure(source);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
};

it("is complete without any variable", () => {
  expect(configure({})).toEqual({
    server: {
      host: "127.0.0.1",
      port: 8080,
      tls: undefined,
      corsOrigins: [],
      publicUrl: "",
      readerTimeoutMs: 60_000,
      shutdownGraceMs: 10_000,
    },
    auth: {
      mode: "dev",
      devUserId: "dev-user",
      tenantId: "default",
      tokens: undefined,
      bootstrapKey: undefined,
    },
    journal: { kind: "pglite", dataDir: ".parley" },
    live: { redisUrl: undefined, keyPrefix: "parley:", stalenessMs: 2000 },
    work: {
      accounts: false,
      maxOpenRuns: undefined,
      pausable: new Set([SessionType.RESEARCH, SessionType.ANALYSIS]),
      timeLimitMs: 3_600_000,
      maxAttempts: 3,
      estimates: new Map([
        [SessionType.RESEARCH, { durationMs: 600_000, micros: 500_000n }],
        [SessionType.ANALYSIS, { durationMs: 300_000, micros: 250_000n }],
        [SessionType.SYNTHESIS, { durationMs: 300_000, micros: 250_000n }],
      ]),
      pricesFile: undefined,
    },
    plans: undefined,
    retention: { restoreWindowMs: 30 * 86_400_000, rulesFile: undefined },
    logLevel: "info",
  });
});

it("takes what is set, trimmed, and blanks for unset", () => {
  const config = configure({
    PORT: " 0 ",
    HOST: "::1",
    PARLEY_DATA: "  ",
    REDIS_URL: "redis://a,b?cluster=true",
    DATABASE_URL: "postgres://u:p@h/d",
    PARLEY_LIVE_STALENESS: "1.5s",
    PARLEY_SHUTDOWN_GRACE: "1m",
    PARLEY_READER_TIMEOUT: "1h",
    LOG_LEVEL: "DEBUG",
    TLS_CERT: "c.pem",
    TLS_KEY: "k.pem",
  });
  expect(config).toMatchObject({
    server: {
      host: "::1",
      port: 0,
      shutdownGraceMs: 60_000,
      readerTimeoutMs: 3_600_000,
      tls: { certFile: "c.pem", keyFile: "k.pem" },
    },
    live: { stalenessMs: 1500 },
    logLevel: "debug",
  });
  expect(config.live.redisUrl?.reveal()).toBe("redis://a,b?cluster=true");
  expect(config.journal.kind === "postgres" && config.journal.url.reveal()).toBe(
    "postgres://u:p@h/d",
  );
});

it.each([
  ["*", ["*"]],
  ["https://A.example:443, http://b:8080 ,", ["https://a.example", "http://b:8080"]],
  ["capacitor://LocalHost", ["capacitor://localhost"]],
])("takes the origins %s", (text, origins) => {
  expect(configure({ PARLEY_CORS_ORIGINS: text }).server.corsOrigins).toEqual(origins);
});

describe("a problem", () => {
  it.each([
    [{ PORT: "99999" }, 'PORT: "99999" must be a whole number from 0 to 65535'],
    [{ PORT: "80a" }, 'PORT: "80a" must be a whole number from 0 to 65535'],
    [{ HOST: "a b" }, 'HOST: "a b" must be a host name or an IP address'],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL: "loud" must be one of fatal, /],
    [{ PARLEY_LIVE_STALENESS: "99ms" }, /^PARLEY_LIVE_STALENESS: .* from 100ms to 60s$/],
    [{ PARLEY_LIVE_STALENESS: "2" }, /a duration such as 500ms/],
    [{ PARLEY_SHUTDOWN_GRACE: "11m" }, /from 0s to 10m$/],
    [{ PARLEY_READER_TIMEOUT: "2h" }, /^PARLEY_READER_TIMEOUT: .* from 1s to 1h$/],
    [{ PARLEY_CORS_ORIGINS: "*,http://a" }, /^PARLEY_CORS_ORIGINS: .* or \* alone$/],
    [{ PARLEY_CORS_ORIGINS: "a.example" }, /^PARLEY_CORS_ORIGINS: "a.example" must be origins/],
    [{ PARLEY_CORS_ORIGINS: "https://a/" }, /^PARLEY_CORS_ORIGINS: /],
    [{ PARLEY_CORS_ORIGINS: "https://*.a" }, /^PARLEY_CORS_ORIGINS: /],
    [{ PARLEY_REDIS_PREFIX: "a{b}" }, /^PARLEY_REDIS_PREFIX: /],
    [{ DEV_USER_ID: "two words" }, /^DEV_USER_ID: "two words" must be/],
    [{ TLS_CERT: "c.pem" }, "TLS_KEY: is not set, but TLS_CERT is; set both or neither"],
    [{ TLS_KEY: "k.pem" }, "TLS_CERT: is not set, but TLS_KEY is; set both or neither"],
    [{ PARLEY_AUTH: "none" }, 'PARLEY_AUTH: "none" must be one of dev, required'],
  ])("of %j is one line that names the variable, the value and what is allowed", (env, line) => {
    const [only, ...more] = problems(env);
    expect(only).toMatch(line);
    expect(more).toEqual([]);
  });

  it("of a URL does not show it", () => {
    const [line] = problems({ REDIS_URL: "http://u:hunter2@h" });
    expect(line).toMatch(/^REDIS_URL: must be a URL that begins with redis:\/\/ or /);
    expect(line).not.toContain("hunter2");
  });

  it("comes together with all others", () => {
    expect(problems({ PORT: "x", LOG_LEVEL: "x", DATABASE_URL: "x" })).toHaveLength(3);
  });
});

describe("dev mode", () => {
  it.each(["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])("is taken on %s", (HOST) =>
    expect(configure({ HOST }).auth.mode).toBe("dev"),
  );

  it.each(["0.0.0.0", "::", "192.168.1.2", "example.com"])("has to be asked for on %s", (HOST) => {
    expect(configure({ HOST }).auth.mode).toBe("required");
    expect(configure({ HOST, PARLEY_AUTH: "dev" }).auth.mode).toBe("dev");
    expect(configure({ PARLEY_AUTH: "required" }).auth.mode).toBe("required");
  });
});
