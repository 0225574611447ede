import type { ShareChanges } from "../../domain/share-record.ts";
import { shareName } from "../shares/share-name.ts";
import { unnest } from "./statement-parts.ts";

const SHARE_COLUMNS = [
  ["write", "int"],
  ["share_id", "uuid"],
  ["name", "text"],
  ["shared_at", "timestamptz"],
  ["expires_at", "timestamptz"],
  ["gone", "boolean"],
] as const;

/**
 * Makes the index of shares what it is after the changes that a table `placed` has; and where a
 * session has another owner then, by table `states`, its tasks are that one's, and what can be
 * found of it is indexed anew, as that one's.
 * @param first number of the first parameter of `shareArrays`
 */
export function changeShares(first: number): string {
  return `, named AS MATERIALIZED (
  SELECT p.uid, t.* FROM ${unnest(SHARE_COLUMNS, first, "t")} JOIN placed p ON p.n = t.write
), shared AS (
  INSERT INTO shares (session, name, share_id, tenant_id, shared_at, expires_at)
  SELECT t.uid, t.name, t.share_id, l.tenant_id, t.shared_at, t.expires_at
  FROM named t JOIN locked l ON l.uid = t.uid WHERE NOT t.gone
  ON CONFLICT (session, name, share_id) DO UPDATE SET expires_at = excluded.expires_at
), unshared AS (
  DELETE FROM shares x USING named t
  WHERE t.gone AND x.session = t.uid AND x.name = t.name AND x.share_id = t.share_id
), given AS MATERIALIZED (
  SELECT p.uid, s.user_id FROM placed p JOIN states s ON s.write = p.n
    JOIN locked l ON l.uid = p.uid WHERE l.user_id <> s.user_id
), given_tasks AS (
  UPDATE tasks k SET user_id = g.user_id FROM given g WHERE k.session = g.uid
), unfound_all AS (
  DELETE FROM search_entries f USING given g WHERE f.session = g.uid
), unindexed AS (
  UPDATE search_progress i SET seq = 0 FROM given g WHERE i.session = g.uid
)`;
}

/** Changes of shares of a batch as parallel arrays, in the order in which the statement has them. */
export function shareArrays(
  writes: readonly { readonly write: number; readonly shares: ShareChanges }[],
): unknown[] {
  const rows = writes.flatMap(({ write, shares: { put, drop } }) => [
    ...put.map((record) => ({ ...record, write, gone: false })),
    ...drop.map((record) => ({
      ...record,
      write,
      gone: true,
      sharedAt: undefined,
      expiresAt: undefined,
    })),
  ]);
  return [
    rows.map(({ write }) => write),
    rows.map(({ shareId }) => shareId),
    rows.map(({ name }) => shareName(name)),
    rows.map(({ sharedAt }) => sharedAt?.toISOString() ?? null),
    rows.map(({ expiresAt }) => expiresAt?.toISOString() ?? null),
    rows.map(({ gone }) => gone),
  ];
}
