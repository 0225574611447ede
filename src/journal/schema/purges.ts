import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Sessions on their way out. */
export const purges = pgTable(
  "purges",
  {
    uid: uuid().primaryKey(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    sessionId: text("session_id").notNull(),
    begunAt: time("begun_at").notNull(),
    dueAt: time("due_at").notNull(),
    swept: boolean().notNull().default(false),
    erasure: uuid(),
  },
  (t) => [
    index("purges_due").on(t.dueAt),
    index("purges_of_erasure").on(t.erasure).where(sql`erasure IS NOT NULL`),
  ],
);
