export { operations } from "./operations.ts";
export { sessionEvents } from "./session-events.ts";
export { sessionSnapshots } from "./session-snapshots.ts";
export { sessions } from "./sessions.ts";
