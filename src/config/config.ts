import { type AuthConfig, toAuth } from "./auth.ts";
import type { Env } from "./env.ts";
import { type Problem, Reader } from "./reader.ts";
import { SecretUrl } from "./secret-url.ts";
import { toWork, type WorkConfig } from "./work.ts";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How the process is to run: complete, checked, defaulted. */
export interface Config {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  readonly journal: JournalConfig;
  readonly live: LiveConfig;
  readonly work: WorkConfig;
  /** Plans, or the file that has them; undefined: there are none. */
  readonly plans: string | undefined;
  readonly retention: RetentionConfig;
  readonly logLevel: LogLevel;
}

export interface ServerConfig {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM files; undefined: cleartext. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Origins whose pages may call, or `*`; empty: none. */
  readonly corsOrigins: readonly string[];
  /** Where callers reach it, without a slash at the end; empty: where it listens. */
  readonly publicUrl: string;
  readonly readerTimeoutMs: number;
  readonly shutdownGraceMs: number;
}

export type JournalConfig =
  | { readonly kind: "postgres"; readonly url: SecretUrl }
  | { readonly kind: "pglite"; readonly dataDir: string };

interface RetentionConfig {
  /** How long a deleted session can be restored. */
  readonly restoreWindowMs: number;
  /** How long archived ones are kept; undefined: for ever. */
  readonly rulesFile: string | undefined;
}

interface LiveConfig {
  /** Undefined: memory. */
  readonly redisUrl: SecretUrl | undefined;
  readonly keyPrefix: string;
  readonly stalenessMs: number;
}

const REDIS_SCHEMES = ["redis", "rediss", "redis+sentinel", "rediss+sentinel"];

/** All that is wrong with the environment, one line for each problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ variable, text }) => `${variable}: ${text}`).join("\n"));
  }
}

/** Checks every variable before it gives up, so that one try shows all problems. */
export function toConfig(env: Env): Config {
  const reader = new Reader(env);
  const server = toServer(reader, env);
  const config: Config = {
    server,
    auth: toAuth(reader, env, server.host),
    journal: toJournal(reader, env),
    live: {
      redisUrl: toSecretUrl(reader, "REDIS_URL", REDIS_SCHEMES),
      keyPrefix: reader.matching(
        "PARLEY_REDIS_PREFIX",
        /^[A-Za-z0-9:_.-]{1,64}$/,
        "1 to 64 of A-Z a-z 0-9 : _ . -",
      ),
      stalenessMs: reader.duration("PARLEY_LIVE_STALENESS", 100, 60_000),
    },
    work: toWork(reader, env),
    plans: env.PARLEY_PLANS,
    retention: {
      restoreWindowMs: reader.duration("PARLEY_RESTORE_WINDOW", 0, 3650 * 86_400_000),
      rulesFile: env.PARLEY_RETENTION,
    },
    logLevel: reader.oneOf("LOG_LEVEL", LOG_LEVELS),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

function toServer(reader: Reader, env: Env): ServerConfig {
  const { TLS_CERT: certFile, TLS_KEY: keyFile } = env;
  if (certFile !== undefined && keyFile === undefined) {
    reader.refuse("TLS_KEY", "is not set, but TLS_CERT is; set both or neither");
  }
  if (keyFile !== undefined && certFile === undefined) {
    reader.refuse("TLS_CERT", "is not set, but TLS_KEY is; set both or neither");
  }
  return {
    host: reader.matching("HOST", /^[A-Za-z0-9.:_%-]{1,255}$/, "a host name or an IP address"),
    port: reader.integer("PORT", 0, 65_535),
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined,
    corsOrigins: reader.origins("PARLEY_CORS_ORIGINS"),
    publicUrl: reader.matching(
      "PARLEY_PUBLIC_URL",
      /^(https?:\/\/[^\s?#]*[^\s?#/])?$/,
      "an http or https URL without a slash at its end",
    ),
    readerTimeoutMs: reader.duration("PARLEY_READER_TIMEOUT", 1000, 3_600_000),
    shutdownGraceMs: reader.duration("PARLEY_SHUTDOWN_GRACE", 0, 600_000),
  };
}

function toJournal(reader: Reader, env: Env): JournalConfig {
  const url = toSecretUrl(reader, "DATABASE_URL", ["postgres", "postgresql"]);
  if (url !== undefined) return { kind: "postgres", url };
  return { kind: "pglite", dataDir: env.PARLEY_DATA ?? reader.defaultOf("PARLEY_DATA") };
}

function toSecretUrl(
  reader: Reader,
  name: "REDIS_URL" | "DATABASE_URL",
  schemes: readonly string[],
): SecretUrl | undefined {
  const url = reader.secretUrl(name, schemes);
  return url === undefined ? undefined : new SecretUrl(url);
}
