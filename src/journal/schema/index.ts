export { accounts } from "./accounts.ts";
export { ledger } from "./ledger.ts";
export { operations } from "./operations.ts";
export { searchEntries, searchProgress, searchQueue } from "./search.ts";
export { sessionArchives } from "./session-archives.ts";
export { sessionEvents } from "./session-events.ts";
export { sessionSnapshots } from "./session-snapshots.ts";
export { sessions } from "./sessions.ts";
export { tasks } from "./tasks.ts";
