import {
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** What can be found, by its words. */
export const searchEntries = pgTable(
  "search_entries",
  {
    session: uuid().notNull(),
    seq: integer().notNull(),
    writtenAt: timestamp("written_at", { withTimezone: true }).notNull(),
    role: smallint(),
    words: tsvector().notNull(),
  },
  (t) => [
    primaryKey({ name: "search_entries_pkey", columns: [t.session, t.seq] }),
    index("search_entries_words").using("gin", t.words).with({ fastupdate: false }),
  ],
);

/** How far the entries follow the logs. */
export const searchProgress = pgTable("search_progress", {
  session: uuid().primaryKey(),
  seq: integer().notNull(),
});

/** Sessions whose entries lag behind. */
export const searchQueue = pgTable(
  "search_queue",
  {
    session: uuid().primaryKey(),
    version: integer().notNull(),
    readyAt: timestamp("ready_at", { withTimezone: true }).notNull(),
  },
  (t) => [index("search_queue_ready_at").on(t.readyAt)],
);
