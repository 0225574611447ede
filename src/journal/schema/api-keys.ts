import { index, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Keys of programs, without their secrets. */
export const apiKeys = pgTable(
  "api_keys",
  {
    keyId: uuid("key_id").primaryKey(),
    tenantId: text("tenant_id").notNull(),
    userId: text("user_id").notNull(),
    name: text().notNull(),
    prefix: text().notNull(),
    hash: bytea().notNull(),
    scopes: text().array().notNull(),
    roles: text().array().notNull(),
    createdAt: time("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    expiresAt: time("expires_at"),
    revokedAt: time("revoked_at"),
    lastUsedAt: time("last_used_at"),
    replacedBy: uuid("replaced_by"),
    digest: bytea().notNull(),
    requestHash: bytea("request_hash").notNull(),
  },
  (t) => [
    uniqueIndex("api_keys_hash").on(t.hash),
    index("api_keys_of_tenant").on(t.tenantId, t.createdAt.desc(), t.keyId.desc()),
    index("api_keys_of_user").on(t.tenantId, t.userId, t.createdAt.desc(), t.keyId.desc()),
    uniqueIndex("api_keys_operations").on(t.digest),
    index("api_keys_prefix").on(t.prefix),
  ],
);
