import { TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import { derivedText, soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import type { TypicalTask } from "./port.ts";

const TYPICAL_TASK: Statement = {
  name: "typical_task",
  text: `
    SELECT count(*)::int AS count, ${median("duration_ms")}, ${median("cost_micros")},
      ${median("tokens")}
    FROM (
      SELECT duration_ms, cost_micros, tokens FROM tasks
      WHERE tenant_id = $1 AND type = $2 AND status = ${TaskStatus.COMPLETED}
      ORDER BY ended_at DESC LIMIT 100
    ) k`,
};

function median(column: string): string {
  return `percentile_cont(0.5) WITHIN GROUP (ORDER BY ${column}) AS ${column}`;
}

interface TypicalRow {
  readonly count: number;
  readonly duration_ms: number | null;
  readonly cost_micros: number | null;
  readonly tokens: number | null;
}

export async function typicalTask(
  lane: Lane,
  tenantId: string,
  type: string,
): Promise<TypicalTask | undefined> {
  const [row] = await lane.run<TypicalRow>(TYPICAL_TASK, [soughtId(tenantId), derivedText(type)]);
  if (row === undefined || row.count === 0) return undefined;
  return {
    durationMs: Math.round(row.duration_ms ?? 0),
    costMicros: BigInt(Math.round(row.cost_micros ?? 0)),
    tokens: Math.round(row.tokens ?? 0),
    count: row.count,
  };
}
