import type { ApiKey } from "../../../gen/parley/v1/key_service_pb.js";
import { soughtId, soughtUuid } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { KEY, type KeyRow, keyOf } from "./key-row.ts";
import type { KeyAddress } from "./port.ts";

const READ_KEY: Statement = {
  name: "read_key",
  text: `SELECT ${KEY} FROM api_keys WHERE key_id = $1 AND tenant_id = $2`,
};

export async function readKey(
  lane: Lane,
  { tenantId, keyId }: KeyAddress,
): Promise<ApiKey | undefined> {
  const [row] = await lane.run<KeyRow>(READ_KEY, [soughtUuid(keyId), soughtId(tenantId)]);
  return row && keyOf(row);
}
