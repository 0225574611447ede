import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** Short-lived stand-ins for a credential. */
export const tickets = pgTable(
  "tickets",
  {
    hash: bytea().primaryKey(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    roles: text().array().notNull(),
    scopes: text().array().notNull(),
    groups: text().array().notNull(),
    email: text(),
    sessionUid: uuid("session_uid"),
    keyPrefix: text("key_prefix"),
    keyHash: bytea("key_hash"),
    tokenEndsAt: timestamp("token_ends_at", { withTimezone: true }),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  },
  (t) => [index("tickets_due").on(t.expiresAt), index("tickets_of_user").on(t.tenantId, t.userId)],
);
