import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { derivedText } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { LatestFilter } from "../port.ts";
import { sessions } from "../schema/index.ts";
import { boundedTime } from "./bounds.ts";
import type { Builder } from "./builder.ts";
import { headColumns } from "./head-columns.ts";

/**
 * The living session that changed last. The index has the hour; within the
 * newest hour that has one, the sort looks at the exact times.
 */
export function prepareLatestSession(db: Builder) {
  const { tenantId, userId, agentId, expiresAt, deletedAt, updatedHour, updatedAt, uid } = sessions;
  const agent = sql`${sql.placeholder("agentId")}::text`;
  const query = db
    .select(headColumns)
    .from(sessions)
    .where(
      and(
        eq(tenantId, sql.placeholder("tenantId")),
        eq(userId, sql.placeholder("userId")),
        isNull(deletedAt),
        or(isNull(expiresAt), gt(expiresAt, sql`${sql.placeholder("now")}::timestamptz`)),
        sql`(${agent} IS NULL OR ${agentId} = ${agent})`,
      ),
    )
    .orderBy(desc(updatedHour), desc(updatedAt), desc(uid))
    .limit(1)
    .prepare("latest_session");
  return async (filter: LatestFilter): Promise<Head | undefined> => {
    const rows = await query.execute({
      tenantId: filter.tenantId,
      userId: filter.userId,
      now: boundedTime(filter.now),
      agentId: filter.agentId === undefined ? null : derivedText(filter.agentId),
    });
    return rows[0] && headOf(rows[0]);
  };
}
