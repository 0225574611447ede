import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
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

/** The heads. What the columns mean stands in the migration that made them. */
export const sessions = pgTable(
  "sessions",
  {
    uid: uuid().primaryKey(),
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    externalId: text("external_id"),
    userId: text("user_id").notNull(),
    agentId: text("agent_id"),
    title: text(),
    status: smallint().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull(),
    updatedHour: integer("updated_hour").notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }),
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
    version: integer().notNull(),
    stateVersion: integer("state_version").notNull(),
    gateVersion: integer("gate_version").notNull(),
    rewriteSeq: integer("rewrite_seq").notNull(),
    messageCount: integer("message_count").notNull(),
    turnCount: integer("turn_count").notNull(),
    logBytes: bigint("log_bytes", { mode: "bigint" }).notNull(),
    state: bytea().notNull(),
    archivedAt: timestamp("archived_at", { withTimezone: true }),
    packAfter: timestamp("pack_after", { withTimezone: true }),
    sessionType: smallint("session_type").notNull().default(0),
    tokensUsed: bigint("tokens_used", { mode: "bigint" }).notNull().default(0n),
    costMicros: bigint("cost_micros", { mode: "bigint" }).notNull().default(0n),
    visited: boolean().notNull().default(false),
  },
  (t) => [
    uniqueIndex("sessions_living_session_id")
      .on(t.tenantId, t.sessionId)
      .where(sql`deleted_at IS NULL`),
    uniqueIndex("sessions_living_external_id")
      .on(t.tenantId, t.userId, t.externalId)
      .where(sql`deleted_at IS NULL AND external_id IS NOT NULL`),
    index("sessions_holder").on(t.tenantId, t.sessionId, t.deletedAt.desc().nullsFirst()),
    index("sessions_list")
      .on(t.tenantId, t.userId, t.createdAt.desc(), t.uid.desc())
      .where(sql`deleted_at IS NULL`),
    index("sessions_latest")
      .on(t.tenantId, t.userId, t.updatedHour.desc())
      .where(sql`deleted_at IS NULL`),
    index("sessions_due").on(t.expiresAt).where(sql`deleted_at IS NULL AND archived_at IS NULL`),
    index("sessions_living")
      .on(t.tenantId, t.userId)
      .where(sql`deleted_at IS NULL AND archived_at IS NULL`),
    index("sessions_archived")
      .on(t.tenantId, t.userId, t.archivedAt.desc(), t.uid.desc())
      .where(sql`archived_at IS NOT NULL AND deleted_at IS NULL`),
    index("sessions_deleted").on(t.deletedAt).where(sql`deleted_at IS NOT NULL`),
    index("sessions_deleted_of_user")
      .on(t.tenantId, t.userId, t.sessionId)
      .where(sql`deleted_at IS NOT NULL`),
    index("sessions_retained")
      .on(t.tenantId, t.sessionType, t.archivedAt)
      .where(sql`archived_at IS NOT NULL AND deleted_at IS NULL`),
    index("sessions_visited").on(t.tenantId, t.uid).where(sql`visited`),
    index("sessions_to_pack").on(t.packAfter).where(sql`pack_after IS NOT NULL`),
  ],
);
