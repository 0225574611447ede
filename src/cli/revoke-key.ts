import type { Journal } from "../journal/port.ts";
import type { KeysArguments } from "./keys.ts";

export async function revokeKey(journal: Journal, args: KeysArguments): Promise<string> {
  const { tenantId, positionals } = args;
  const [keyId = ""] = positionals;
  const found = await journal.revokeKey({ tenantId, keyId }, new Date());
  if (!found) throw new Error(`the tenant ${tenantId} has no key ${keyId}`);
  return `revoked ${keyId}\n`;
}
