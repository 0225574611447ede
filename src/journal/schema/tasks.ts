import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  interval,
  pgTable,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** Tasks as they are looked for. What the columns mean stands in the migration that made them. */
export const tasks = pgTable(
  "tasks",
  {
    taskId: uuid("task_id").primaryKey(),
    session: uuid().notNull(),
    number: integer().notNull(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    type: text().notNull(),
    agentId: text("agent_id"),
    status: smallint().notNull(),
    readyAt: timestamp("ready_at", { withTimezone: true }),
    leaseId: uuid("lease_id"),
    leaseUntil: timestamp("lease_until", { withTimezone: true }),
    leaseLength: interval("lease_length"),
    deadlineAt: timestamp("deadline_at", { withTimezone: true }),
    dueAt: timestamp("due_at", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    endedAt: timestamp("ended_at", { withTimezone: true }),
    lastSeq: integer("last_seq").notNull(),
    tokens: bigint({ mode: "bigint" }).notNull(),
    costMicros: bigint("cost_micros", { mode: "bigint" }).notNull(),
    durationMs: bigint("duration_ms", { mode: "bigint" }),
    bytes: bytea().notNull(),
  },
  (t) => [
    uniqueIndex("tasks_of_session").on(t.session, t.number),
    index("tasks_ready").on(t.tenantId, t.readyAt).where(sql`ready_at IS NOT NULL`),
    index("tasks_ready_of_type").on(t.tenantId, t.type, t.readyAt).where(sql`ready_at IS NOT NULL`),
    index("tasks_ready_of_agent")
      .on(t.tenantId, t.agentId, t.readyAt)
      .where(sql`ready_at IS NOT NULL AND agent_id IS NOT NULL`),
    index("tasks_leased").on(t.tenantId).where(sql`lease_id IS NOT NULL`),
    index("tasks_due").on(t.dueAt).where(sql`due_at IS NOT NULL`),
    index("tasks_of_user").on(t.tenantId, t.userId, t.createdAt.desc(), t.taskId.desc()),
    index("tasks_completed").on(t.tenantId, t.type, t.endedAt.desc()).where(sql`status = 5`),
    index("tasks_completed_of_session").on(t.session, t.lastSeq.desc()).where(sql`status = 5`),
  ],
);
