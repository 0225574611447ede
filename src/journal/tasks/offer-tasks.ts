import { derivedText, soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedInteger, boundedTime } from "../queries/bounds.ts";
import { OFFER_MS, type OfferQuery, type TaskPlace } from "./port.ts";
import { PLACE, type PlaceRow, placeOf, SESSION } from "./task-row.ts";

/** How many more of a queue are looked at than are wanted: others may take the first ones just now. */
const SPARE = 64;
/** Beyond so many tasks that are being worked on, tenants count as equally busy. */
const BUSY = 256;

/** What a look at a queue asks for: each form has the index that has its tasks in their order. */
interface Queues {
  /** A table of the queues; each is of a tenant. */
  readonly from: string;
  readonly where: string;
}

const OF_ANY: Queues = { from: "tenants", where: "true" };

const OF_TYPES: Queues = {
  from: "tenants CROSS JOIN (SELECT DISTINCT unnest($5::text[]) AS type) y",
  where: "k.type = q.type",
};

const OF_AGENTS: Queues = {
  from: "tenants CROSS JOIN (SELECT DISTINCT unnest($6::text[]) AS agent_id) y",
  where: "k.agent_id = q.agent_id AND (cardinality($5::text[]) = 0 OR k.type = ANY($5))",
};

/**
 * `turn` is how many tasks of its tenant are before a task: those that are being worked on, and
 * those of this very look. So tenants take turns within one look as well.
 *
 * Candidates are chosen by the snapshot, then locked one by one until there are enough; a row that
 * somebody has locked, or has moved on since, is passed over.
 */
function offerStatement(name: string, { from, where }: Queues): Statement {
  const text = `
    WITH tenants AS MATERIALIZED (
      SELECT t.tenant_id, l.leased
      FROM (SELECT DISTINCT unnest($1::text[]) AS tenant_id) t CROSS JOIN LATERAL (
        SELECT count(*) AS leased FROM (
          SELECT FROM tasks k
          WHERE cardinality($1) > 1 AND k.tenant_id = t.tenant_id AND k.lease_id IS NOT NULL
          LIMIT ${BUSY}
        ) k
      ) l
    ), candidates AS (
      SELECT c.*, q.leased + row_number() OVER (PARTITION BY q.tenant_id
        ORDER BY c.ready_at, c.task_id) AS turn
      FROM (SELECT * FROM ${from}) q CROSS JOIN LATERAL (
        SELECT ${PLACE}, k.ready_at FROM tasks k ${SESSION}
        WHERE k.tenant_id = q.tenant_id AND k.ready_at IS NOT NULL AND k.ready_at <= $2
          AND ${where} AND s.deleted_at IS NULL AND s.archived_at IS NULL
          AND (s.expires_at IS NULL OR s.expires_at > $2)
        ORDER BY k.ready_at LIMIT $4::int + ${SPARE}
      ) c
    ), free AS MATERIALIZED (
      SELECT c.* FROM (SELECT * FROM candidates ORDER BY turn, ready_at, task_id) c
        CROSS JOIN LATERAL (
          SELECT k.ready_at FROM tasks k WHERE k.task_id = c.task_id FOR UPDATE SKIP LOCKED
        ) k
      WHERE k.ready_at <= $2 LIMIT $4
    ), offered AS (
      UPDATE tasks SET ready_at = $3 WHERE task_id = ANY (ARRAY(SELECT task_id FROM free))
    )
    SELECT * FROM free ORDER BY turn, ready_at, task_id`;
  return { name, text };
}

const OFFER_TASKS = offerStatement("offer_tasks", OF_ANY);
const OFFER_TASKS_OF_TYPES = offerStatement("offer_tasks_of_types", OF_TYPES);
const OFFER_TASKS_OF_AGENTS = offerStatement("offer_tasks_of_agents", OF_AGENTS);

export async function offerTasks(lane: Lane, query: OfferQuery): Promise<TaskPlace[]> {
  const { tenantIds, now, limit } = query;
  const { statement, filters } = filtered(query);
  const rows = await lane.run<PlaceRow>(statement, [
    tenantIds.map(soughtId),
    boundedTime(now),
    boundedTime(new Date(now.getTime() + OFFER_MS)),
    boundedInteger(limit),
    ...filters,
  ]);
  return rows.map(placeOf);
}

/** The statement for what is asked for, and the parameters that are its own. */
function filtered(query: OfferQuery): { statement: Statement; filters: string[][] } {
  const types = query.types.map((type) => derivedText(type));
  const agents = query.agentIds.map((agent) => derivedText(agent));
  if (agents.length > 0) return { statement: OFFER_TASKS_OF_AGENTS, filters: [types, agents] };
  if (types.length > 0) return { statement: OFFER_TASKS_OF_TYPES, filters: [types] };
  return { statement: OFFER_TASKS, filters: [] };
}
