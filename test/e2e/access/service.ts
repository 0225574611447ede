import { randomBytes } from "node:crypto";
import type { Env } from "../../../src/config/env.ts";
import { newSecret } from "../../../src/key-secret.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { keptLines } from "../../support/log-folder.ts";
import { type RestClient, rest } from "../../support/rest.ts";
import { startService } from "../../support/service.ts";
import { type Json, signedToken } from "../../support/signed-token.ts";

/** A service that wants to know who calls, and what it has logged. */
export interface GuardedService {
  readonly url: string;
  /** Of the first admin's key. */
  readonly adminSecret: string;
  readonly jwtSecret: string;
  readonly lines: string[];
  close(): Promise<void>;
}

export interface Shared {
  readonly adminSecret: string;
  readonly jwtSecret: string;
}

export function newShared(): Shared {
  return { adminSecret: newSecret(), jwtSecret: randomBytes(32).toString("hex") };
}

export async function startGuarded(env: Env = {}, shared = newShared()): Promise<GuardedService> {
  const lines: string[] = [];
  const kept = keptLines();
  const write = (line: string) => {
    lines.push(line);
    kept.write(line);
  };
  const logger = createLogger({ level: "trace", terminal: false, destination: { write } });
  const service = await startService(
    {
      PARLEY_AUTH: "required",
      PARLEY_BOOTSTRAP_KEY: shared.adminSecret,
      PARLEY_JWT_SECRET: shared.jwtSecret,
      PARLEY_JWT_ISSUER: "https://issuer.example",
      PARLEY_JWT_AUDIENCE: "parley,other",
      PARLEY_JWT_TENANT_CLAIM: "org.id",
      ...env,
    },
    { logger },
  );
  return { ...shared, url: service.url, lines, close: () => service.close() };
}

export function withKey(url: string, secret: string): RestClient {
  return rest(url, { "x-api-key": secret });
}

export interface MadeKey {
  readonly id: string;
  readonly secret: string;
}

/** A key that an admin makes. */
export async function makeKey(
  { url, adminSecret }: Pick<GuardedService, "url" | "adminSecret">,
  of: Json = {},
): Promise<MadeKey> {
  const { status, body } = await withKey(url, adminSecret).post("/api/v1/keys", {
    name: "test",
    user_id: `user-${crypto.randomUUID()}`,
    ...of,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { id: body.key.key_id, secret: body.secret };
}

/** A token as the service takes them, unless something else is said. */
export function tokenFor({ jwtSecret }: Shared, claims: Json = {}, header: Json = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: "https://issuer.example",
    aud: "parley",
    sub: "token-user",
    org: { id: "default" },
    exp: now + 300,
  };
  return signedToken(jwtSecret, { ...usual, ...claims }, header);
}
