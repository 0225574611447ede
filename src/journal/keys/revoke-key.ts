import { soughtId, soughtUuid } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import type { KeyAddress } from "./port.ts";

const REVOKE_KEY: Statement = {
  name: "revoke_key",
  text: `
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)
    WHERE key_id = $1 AND tenant_id = $2
    RETURNING key_id`,
};

export async function revokeKey(
  lane: Lane,
  { tenantId, keyId }: KeyAddress,
  at: Date,
): Promise<boolean> {
  const values = [soughtUuid(keyId), soughtId(tenantId), at.toISOString()];
  const rows = await lane.run(REVOKE_KEY, values);
  return rows.length > 0;
}
