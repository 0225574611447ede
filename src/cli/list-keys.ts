import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { ApiKey } from "../../gen/parley/v1/key_service_pb.js";
import type { Journal } from "../journal/port.ts";
import type { KeysArguments } from "./keys.ts";

/** The newest are enough for a terminal. */
const LIMIT = 1000;

/** One line a key. */
export async function listKeys(journal: Journal, args: KeysArguments): Promise<string> {
  const { keys } = await journal.listKeys({
    tenantId: args.tenantId,
    userId: args.user,
    activeAt: args.all ? undefined : new Date(),
    limit: LIMIT,
    offset: 0,
  });
  return keys.map((key) => `${lineOf(key)}\n`).join("");
}

function lineOf(key: ApiKey): string {
  return [
    key.keyId,
    `${key.prefix}…`,
    key.userId,
    key.roles.join(","),
    key.scopes.join(","),
    `last used ${dayOf(key.lastUsedAt, "never")}`,
    key.revokedAt ? `revoked ${dayOf(key.revokedAt)}` : `expires ${dayOf(key.expiresAt, "never")}`,
    key.name,
  ].join("  ");
}

function dayOf(time: Timestamp | undefined, otherwise = ""): string {
  return time === undefined ? otherwise : timestampDate(time).toISOString().slice(0, 10);
}
