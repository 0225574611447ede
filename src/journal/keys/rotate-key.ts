import { timestampDate } from "@bufbuild/protobuf/wkt";
import { soughtUuid } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import { KEY, NEW_KEY, NEW_KEY_VALUES, newKeyValues } from "./key-row.ts";
import type { KeyOutcome, KeyRotation } from "./port.ts";
import { writeOnce } from "./write-once.ts";

/** The lock on the old key decides between two rotations: the second finds it replaced. */
const ROTATE_KEY: Statement = {
  name: "rotate_key",
  text: `
    WITH old AS (
      UPDATE api_keys SET replaced_by = $1, expires_at = LEAST(expires_at, $15::timestamptz)
      WHERE key_id = $14 AND tenant_id = $2 AND revoked_at IS NULL AND replaced_by IS NULL
        AND (expires_at IS NULL OR expires_at > $9)
        AND NOT EXISTS (SELECT FROM api_keys WHERE digest = $12)
      RETURNING key_id
    ), made AS (
      INSERT INTO api_keys (${NEW_KEY}) SELECT ${NEW_KEY_VALUES} FROM old
      RETURNING *
    )
    SELECT ${KEY}, request_hash FROM made
    UNION ALL SELECT ${KEY}, request_hash FROM api_keys WHERE digest = $12`,
};

export async function rotateKey(
  lane: Lane,
  rotation: KeyRotation,
): Promise<KeyOutcome | undefined> {
  const from = timestampDate(rotation.key.createdAt!);
  const endsAt = rotation.endsAt < from ? from : rotation.endsAt;
  const values = [...newKeyValues(rotation), soughtUuid(rotation.replaces), boundedTime(endsAt)];
  return writeOnce(lane, ROTATE_KEY, values, rotation.key.keyId);
}
