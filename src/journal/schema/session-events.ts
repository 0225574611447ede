import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** The log, partitioned by session. */
export const sessionEvents = pgTable(
  "session_events",
  {
    session: uuid().notNull(),
    seq: integer().notNull(),
    turn: integer().notNull(),
    messageNo: integer("message_no").notNull(),
    role: smallint(),
    startsTurn: boolean("starts_turn").notNull(),
    type: text().notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [
    primaryKey({ name: "session_events_pkey", columns: [t.session, t.seq] }),
    index("session_events_messages").on(t.session, t.messageNo).where(sql`role IS NOT NULL`),
    index("session_events_turn_starts").on(t.session, t.turn, t.seq).where(sql`starts_turn`),
    index("session_events_comments").on(t.session, t.seq).where(sql`type LIKE 'comment\\_%'`),
    index("session_events_turn_ends").on(t.session, t.turn, t.seq).where(sql`type = 'turn_ended'`),
  ],
);
