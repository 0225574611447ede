import { unavailable } from "../../domain/errors.ts";
import type { Lane, Statement } from "../lane.ts";
import { KEY, NEW_KEY, NEW_KEY_VALUES, newKeyValues } from "./key-row.ts";
import type { KeyOutcome, NewKey } from "./port.ts";
import { writeOnce } from "./write-once.ts";

/**
 * Replicas that start at once make the same key of one secret: which of the two unique indexes then
 * meets the other first is chance.
 */
const CREATE_KEY: Statement = {
  name: "create_key",
  text: `
    WITH made AS (
      INSERT INTO api_keys (${NEW_KEY}) VALUES (${NEW_KEY_VALUES})
      ON CONFLICT DO NOTHING
      RETURNING *
    )
    SELECT ${KEY}, request_hash FROM made
    UNION ALL SELECT ${KEY}, request_hash FROM api_keys WHERE digest = $12`,
};

export async function createKey(lane: Lane, wanted: NewKey): Promise<KeyOutcome> {
  const outcome = await writeOnce(lane, CREATE_KEY, newKeyValues(wanted), wanted.key.keyId);
  if (outcome === undefined) throw unavailable();
  return outcome;
}
