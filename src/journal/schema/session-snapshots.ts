import { integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** States of the past. */
export const sessionSnapshots = pgTable(
  "session_snapshots",
  {
    session: uuid().notNull(),
    seq: integer().notNull(),
    stateVersion: integer("state_version").notNull(),
    state: bytea().notNull(),
  },
  (t) => [primaryKey({ name: "session_snapshots_pkey", columns: [t.session, t.seq] })],
);
