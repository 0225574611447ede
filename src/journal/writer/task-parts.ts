import type { TaskRecord } from "../../domain/task-record.ts";
import type { Bytes } from "../bytes.ts";
import { derivedText } from "../derived-text.ts";
import { unnest } from "./statement-parts.ts";

const TASK_COLUMNS = [
  ["write", "int"],
  ["task_id", "uuid"],
  ["number", "int"],
  ["type", "text"],
  ["agent_id", "text"],
  ["status", "smallint"],
  ["ready_at", "timestamptz"],
  ["lease_id", "uuid"],
  ["lease_until", "timestamptz"],
  ["deadline_at", "timestamptz"],
  ["created_at", "timestamptz"],
  ["ended_at", "timestamptz"],
  ["tokens", "bigint"],
  ["cost_micros", "bigint"],
  ["duration_ms", "bigint"],
  ["at", "int"],
  ["length", "int"],
] as const;

/** How many parameters the tasks take. */
export const TASK_PARAMETERS = TASK_COLUMNS.length;

const COLUMNS = `task_id, session, number, tenant_id, user_id, type, agent_id, status, ready_at,
    lease_id, lease_until, lease_length, deadline_at, due_at, created_at, ended_at, last_seq, tokens,
    cost_micros, duration_ms, bytes`;

/** A lease that begins now lasts until the time the claim says. */
const LEASE_LENGTH = "t.lease_until - $1::timestamptz";

const VALUES = (owner: string, seq: string, blob: number) => `t.task_id, p.uid, t.number,
    ${owner}.tenant_id, ${owner}.user_id, t.type, t.agent_id, t.status, t.ready_at, t.lease_id,
    t.lease_until, ${LEASE_LENGTH}, t.deadline_at, least(t.lease_until, t.deadline_at), t.created_at, t.ended_at,
    ${seq}, t.tokens, t.cost_micros, t.duration_ms, substr($${blob}::bytea, t.at, t.length)`;

/** The lease as heartbeats have extended it, while the worker is the same. */
const LEASE_UNTIL = `CASE WHEN k.lease_id = excluded.lease_id
    THEN greatest(k.lease_until, excluded.lease_until) ELSE excluded.lease_until END`;

const REPLACED = [
  "status",
  "ready_at",
  "lease_id",
  "deadline_at",
  "ended_at",
  "last_seq",
  "tokens",
  "cost_micros",
  "duration_ms",
  "bytes",
].map((name) => `${name} = excluded.${name}`);

/**
 * Makes tasks what they are after the changes that a table `placed` has. Their rows are locked
 * in one order, as by the renewal of leases.
 * @param first number of the first parameter of `taskArrays`
 * @param blob number of the parameter that holds all bytes
 */
export function changeTasks(first: number, blob: number): string {
  return `
  INSERT INTO tasks AS k (${COLUMNS})
  SELECT ${VALUES("l", "p.last_seq", blob)}
  FROM ${unnest(TASK_COLUMNS, first, "t")}
    JOIN placed p ON p.n = t.write JOIN locked l ON l.uid = p.uid
  ORDER BY t.task_id
  ON CONFLICT (task_id) DO UPDATE SET ${REPLACED.join(", ")},
    lease_until = ${LEASE_UNTIL},
    lease_length = CASE WHEN k.lease_id = excluded.lease_id THEN k.lease_length ELSE excluded.lease_length END,
    due_at = CASE WHEN k.lease_id = excluded.lease_id
        AND k.deadline_at IS NOT DISTINCT FROM excluded.deadline_at
      THEN k.due_at ELSE least(${LEASE_UNTIL}, excluded.deadline_at) END`;
}

/** Makes the tasks of new sessions, which a table `made` has. */
export function createTasks(first: number, blob: number): string {
  return `
  INSERT INTO tasks (${COLUMNS})
  SELECT ${VALUES("p", "p.version", blob)}
  FROM ${unnest(TASK_COLUMNS, first, "t")} JOIN made p ON p.n = t.write`;
}

/** Tasks of a batch as parallel arrays, in the order in which the statements unnest them. */
export function taskArrays(
  writes: readonly { readonly write: number; readonly tasks: readonly TaskRecord[] }[],
  bytes: Bytes,
): unknown[] {
  const rows = writes.flatMap(({ write, tasks }) => tasks.map((task) => ({ write, task })));
  const column = <T>(value: (task: TaskRecord) => T) => rows.map(({ task }) => value(task));
  return [
    rows.map(({ write }) => write),
    column((task) => task.taskId),
    column((task) => task.number),
    column((task) => derivedText(task.type)),
    column((task) => (task.agentId === undefined ? null : derivedText(task.agentId))),
    column((task) => task.status),
    column((task) => time(task.readyAt)),
    column((task) => task.leaseId ?? null),
    column((task) => time(task.leaseUntil)),
    column((task) => time(task.deadlineAt)),
    column((task) => time(task.createdAt)),
    column((task) => time(task.endedAt)),
    column((task) => String(task.tokens)),
    column((task) => String(task.costMicros)),
    column((task) => (task.durationMs === undefined ? null : String(task.durationMs))),
    column((task) => bytes.add(task.bytes)),
    column((task) => task.bytes.length),
  ];
}

function time(at: Date | undefined): string | null {
  return at === undefined ? null : at.toISOString();
}
