import { integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./bytea.ts";

/** Logs at rest, many events a row. */
export const sessionArchives = pgTable(
  "session_archives",
  {
    session: uuid().notNull(),
    firstSeq: integer("first_seq").notNull(),
    lastSeq: integer("last_seq").notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [primaryKey({ name: "session_archives_pkey", columns: [t.session, t.firstSeq] })],
);
