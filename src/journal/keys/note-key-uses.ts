import type { Lane, Statement } from "../lane.ts";

/** Several replicas note the same minute, and one of them writes. Locked in one order. */
const NOTE_KEY_USES: Statement = {
  name: "note_key_uses",
  text: `
    UPDATE api_keys SET last_used_at = $2
    WHERE key_id IN (
      SELECT key_id FROM api_keys
      WHERE key_id = ANY ($1::uuid[])
        AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')
      ORDER BY key_id FOR UPDATE SKIP LOCKED)`,
};

export async function noteKeyUses(lane: Lane, keyIds: readonly string[], at: Date): Promise<void> {
  if (keyIds.length > 0) await lane.run(NOTE_KEY_USES, [keyIds, at.toISOString()]);
}
