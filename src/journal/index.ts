export { AccessRefused } from "./failure.ts";
export { FolderInUse } from "./folder-lock.ts";
export { MigrationError } from "./migrate.ts";
export { openPgliteJournal, type PgliteJournalOptions } from "./pglite.ts";
export { openPostgresJournal, type PostgresJournalOptions } from "./postgres.ts";
