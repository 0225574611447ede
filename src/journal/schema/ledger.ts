import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** Every movement of money. */
export const ledger = pgTable(
  "ledger",
  {
    entryId: uuid("entry_id").primaryKey(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    kind: smallint().notNull(),
    debit: text().notNull(),
    credit: text().notNull(),
    micros: bigint({ mode: "bigint" }).notNull(),
    session: uuid(),
    sessionId: text("session_id"),
    seq: integer(),
    note: text(),
    digest: bytea(),
    requestHash: bytea("request_hash"),
  },
  (t) => [
    index("ledger_of_account").on(t.tenantId, t.userId, t.at.desc(), t.entryId.desc()),
    uniqueIndex("ledger_operations").on(t.digest).where(sql`digest IS NOT NULL`),
  ],
);
