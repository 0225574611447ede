import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedInteger } from "../queries/bounds.ts";
import { ANSWER_BYTES } from "../queries/events.ts";
import type { TaskPage, TaskQuery } from "./port.ts";
import { decodeTask, SESSION } from "./task-row.ts";

/**
 * Whose tasks, and the order in which an index has them: within a session they are numbered as
 * they are submitted. What was deleted is not told of.
 */
const OF_USER = {
  only: "$3::uuid IS NULL AND k.tenant_id = $1 AND k.user_id = $2",
  keys: ["created_at", "task_id"],
};
const OF_SESSION = {
  only: "k.session = $3 AND s.tenant_id = $1 AND s.user_id = $2",
  keys: ["number"],
};

/** Only lengths are looked at to find where the page ends, so what is cut off is never read. */
function listStatement(
  name: string,
  { only, keys }: { readonly only: string; readonly keys: readonly string[] },
  order: "ASC" | "DESC",
): Statement {
  const by = keys.map((key) => `k.${key} ${order}`).join(", ");
  const matching = `
    FROM tasks k ${SESSION}
    WHERE ${only} AND s.deleted_at IS NULL AND ($4::smallint IS NULL OR k.status = $4)`;
  const text = `
    WITH page AS (
      SELECT k.* ${matching} ORDER BY ${by} LIMIT $5 OFFSET $6
    ), sized AS (
      SELECT k.bytes, row_number() OVER earlier AS place,
        sum(octet_length(k.bytes)) OVER earlier - octet_length(k.bytes) AS before
      FROM page k WINDOW earlier AS (ORDER BY ${by})
    )
    SELECT t.total, p.bytes
    FROM (SELECT count(*)::int AS total ${matching}) t
      LEFT JOIN sized p ON p.before < ${ANSWER_BYTES}
    ORDER BY p.place`;
  return { name, text };
}

const LIST_TASKS = {
  asc: listStatement("list_tasks_asc", OF_USER, "ASC"),
  desc: listStatement("list_tasks_desc", OF_USER, "DESC"),
};
const LIST_TASKS_OF_SESSION = {
  asc: listStatement("list_tasks_of_session_asc", OF_SESSION, "ASC"),
  desc: listStatement("list_tasks_of_session_desc", OF_SESSION, "DESC"),
};

export async function listTasks(lane: Lane, query: TaskQuery): Promise<TaskPage> {
  const { tenantId, userId, uid, status, order = "desc", limit, offset } = query;
  const statements = uid === undefined ? LIST_TASKS : LIST_TASKS_OF_SESSION;
  const rows = await lane.run<{ total: number; bytes: Buffer | null }>(statements[order], [
    soughtId(tenantId),
    soughtId(userId),
    uid ?? null,
    status ?? null,
    boundedInteger(limit),
    boundedInteger(offset),
  ]);
  const tasks = rows.flatMap(({ bytes }) => (bytes === null ? [] : [decodeTask(bytes)]));
  return { tasks, total: rows[0]!.total };
}
