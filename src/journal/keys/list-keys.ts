import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedInteger, boundedTime } from "../queries/bounds.ts";
import { KEY, type KeyRow, keyOf } from "./key-row.ts";
import type { KeyPage, KeyQuery } from "./port.ts";

/** Two statements, since each has an index of its own. */
function listStatement(name: string, owner: string): Statement {
  const matching = `
    FROM api_keys
    WHERE tenant_id = $1 AND ${owner} AND ($3::timestamptz IS NULL
      OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)))`;
  const text = `
    SELECT t.total, p.*
    FROM (SELECT count(*)::int AS total ${matching}) t
      LEFT JOIN (
        SELECT ${KEY} ${matching} ORDER BY created_at DESC, key_id DESC LIMIT $4 OFFSET $5
      ) p ON true
    ORDER BY p.created_at DESC, p.key_id DESC`;
  return { name, text };
}

const OF_TENANT = listStatement("list_keys_of_tenant", "$2::text IS NULL");
const OF_USER = listStatement("list_keys_of_user", "user_id = $2");

/** Without keys on the page there is one row, with the total alone. */
type PageRow = { readonly total: number } & (KeyRow | { readonly key_id: null });

export async function listKeys(lane: Lane, query: KeyQuery): Promise<KeyPage> {
  const { tenantId, userId, activeAt, limit, offset } = query;
  const rows = await lane.run<PageRow>(userId === undefined ? OF_TENANT : OF_USER, [
    soughtId(tenantId),
    userId === undefined ? null : soughtId(userId),
    activeAt === undefined ? null : boundedTime(activeAt),
    boundedInteger(limit),
    boundedInteger(offset),
  ]);
  const keys = rows.flatMap((row) => (row.key_id === null ? [] : [keyOf(row)]));
  return { keys, total: rows[0]!.total };
}
