import { sql } from "drizzle-orm";
import { bigint, index, integer, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** What was done in the last 24 hours, partitioned by the key's digest. */
export const operations = pgTable(
  "operations",
  {
    digest: bytea().primaryKey(),
    requestHash: bytea("request_hash").notNull(),
    session: uuid().notNull(),
    firstSeq: integer("first_seq").notNull(),
    lastSeq: integer("last_seq").notNull(),
    messageCount: integer("message_count").notNull(),
    turnCount: integer("turn_count").notNull(),
    logBytes: bigint("log_bytes", { mode: "bigint" }).notNull(),
    state: bytea(),
    stateVersion: integer("state_version"),
    gateVersion: integer("gate_version"),
    updatedAt: timestamp("updated_at", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (t) => [
    index("operations_created_at").on(t.createdAt),
    index("operations_of_session").on(t.session).where(sql`state IS NOT NULL`),
  ],
);
