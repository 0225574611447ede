import { randomUUID } from "node:crypto";
import { grantOf, newApiKey } from "../domain/api-key.ts";
import { isCallerId } from "../domain/ids.ts";
import { uuidV7 } from "../ids.ts";
import type { Journal } from "../journal/port.ts";
import { hashOf, newSecret, prefixOf } from "../key-secret.ts";
import type { KeysArguments } from "./keys.ts";

const DAY_MS = 86_400_000;
const MAX_DAYS = 3650;

/** Prints the secret alone on the first line, so that a script can take it. */
export async function createKey(journal: Journal, args: KeysArguments): Promise<string> {
  const { name, tenantId, user = "admin", role = [], scope = [] } = args;
  if (name === undefined || !/^[^\p{Cc}]{1,100}$/u.test(name)) {
    throw new Error("--name must have 1 to 100 characters");
  }
  for (const [option, id] of [
    ["--user", user],
    ["--tenant", tenantId],
  ] as const) {
    if (!isCallerId(id)) throw new Error(`${option} must have 1 to 255 visible ASCII characters`);
  }
  const createdAt = new Date();
  const secret = newSecret();
  const key = newApiKey({
    ...grantOf({ roles: role, scopes: scope }),
    keyId: uuidV7.uuid(),
    tenantId,
    userId: user,
    name,
    prefix: prefixOf(secret),
    createdAt,
    createdBy: "parley",
    expiresAt: expiryIn(args.days, createdAt),
  });
  const caller = { tenantId, userId: "parley", method: "parley/keys-create" };
  const operation = { ...caller, key: randomUUID(), requestHash: new Uint8Array(32) };
  await journal.createKey({ key, hash: hashOf(secret), operation });
  const holder = `${user} of ${tenantId}, roles ${key.roles.join(" ")}`;
  return `${secret}\n\nkey ${key.keyId} for ${holder}, scopes ${key.scopes.join(" ")}\nThe secret is shown this once.\n`;
}

function expiryIn(days: string | undefined, from: Date): Date | undefined {
  if (days === undefined) return undefined;
  const count = /^\d{1,4}$/.test(days) ? Number(days) : 0;
  if (count < 1 || count > MAX_DAYS) {
    throw new Error(`--days must be a whole number from 1 to ${MAX_DAYS}`);
  }
  return new Date(from.getTime() + count * DAY_MS);
}
