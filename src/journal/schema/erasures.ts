import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Erasures of users, and their receipts. */
export const erasures = pgTable(
  "erasures",
  {
    erasureId: uuid("erasure_id").primaryKey(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id"),
    pseudonym: text().notNull(),
    requestedAt: time("requested_at").notNull(),
    startedAt: time("started_at"),
    completedAt: time("completed_at"),
    dueAt: time("due_at"),
    digest: bytea().notNull(),
    requestHash: bytea("request_hash").notNull(),
  },
  (t) => [
    index("erasures_due").on(t.dueAt).where(sql`due_at IS NOT NULL`),
    uniqueIndex("erasures_operations").on(t.digest),
    uniqueIndex("erasures_running").on(t.tenantId, t.userId).where(sql`user_id IS NOT NULL`),
  ],
);

/** What erasures have removed. */
export const erasureCounts = pgTable(
  "erasure_counts",
  {
    erasureId: uuid("erasure_id").notNull(),
    kind: text().notNull(),
    count: bigint({ mode: "bigint" }).notNull(),
  },
  (t) => [primaryKey({ name: "erasure_counts_pkey", columns: [t.erasureId, t.kind] })],
);
