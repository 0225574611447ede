import { bigint, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

/** What users have, and how many of their runs are open. */
export const accounts = pgTable(
  "accounts",
  {
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    availableMicros: bigint("available_micros", { mode: "bigint" }).notNull().default(0n),
    heldMicros: bigint("held_micros", { mode: "bigint" }).notNull().default(0n),
    openRuns: integer("open_runs").notNull().default(0),
  },
  (t) => [primaryKey({ name: "accounts_pkey", columns: [t.tenantId, t.userId] })],
);
