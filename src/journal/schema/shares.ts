import { index, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Whom sessions are shared with. */
export const shares = pgTable(
  "shares",
  {
    session: uuid().notNull(),
    name: text().notNull(),
    shareId: uuid("share_id").notNull(),
    tenantId: text("tenant_id").notNull(),
    sharedAt: time("shared_at").notNull(),
    expiresAt: time("expires_at"),
  },
  (t) => [
    primaryKey({ columns: [t.session, t.name, t.shareId] }),
    index("shares_by_name").on(t.tenantId, t.name),
  ],
);
