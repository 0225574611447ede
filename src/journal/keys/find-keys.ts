import type { StoredKey } from "../../domain/api-key.ts";
import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { KEY, type KeyRow, keyOf } from "./key-row.ts";

const FIND_KEYS: Statement = {
  name: "find_keys",
  text: `SELECT ${KEY}, hash FROM api_keys WHERE prefix = ANY ($1::text[])`,
};

/** For each prefix the keys that have it. */
export async function findKeys(
  lane: Lane,
  prefixes: readonly string[],
): Promise<(readonly StoredKey[])[]> {
  const sought = [...new Set(prefixes.map(soughtId))];
  const rows = await lane.run<KeyRow & { hash: Buffer }>(FIND_KEYS, [sought]);
  const found = Map.groupBy(
    rows.map((row): StoredKey => ({ key: keyOf(row), hash: row.hash })),
    ({ key }) => key.prefix,
  );
  return prefixes.map((prefix) => found.get(prefix) ?? []);
}
