/** Rows that hang on the uid of a session. */
export interface Remains {
  /** As the counts of an erasure name them; undefined: nobody wants to know. */
  readonly kind: string | undefined;
  readonly table: string;
  /** Tells the rows of one session apart, and is read from an index that begins with `session`. */
  readonly key: string;
  /** Given: what is set in rows that stay, and how those are told that hold something. */
  readonly emptied?: { readonly set: string; readonly where: string };
}

/**
 * A receipt stays for its 24 hours, as hashes and numbers: a late retry of the purge itself must not
 * take away what was made under the same id since.
 */
export const RECEIPTS = {
  set: "state = NULL, state_version = NULL, gate_version = NULL, updated_at = NULL",
  where: "state IS NOT NULL",
};

/** All tables that know a session. One that is added belongs in here, else purges leave it out. */
export const REMAINS: readonly Remains[] = [
  { kind: "events", table: "session_events", key: "seq" },
  { kind: "snapshots", table: "session_snapshots", key: "seq" },
  { kind: "archive_packs", table: "session_archives", key: "first_seq" },
  { kind: "search_entries", table: "search_entries", key: "seq" },
  { kind: undefined, table: "search_queue", key: "session" },
  { kind: undefined, table: "search_progress", key: "session" },
  { kind: "shares", table: "shares", key: "name" },
  { kind: "tasks", table: "tasks", key: "number" },
  { kind: "receipts", table: "operations", key: "digest", emptied: RECEIPTS },
];
