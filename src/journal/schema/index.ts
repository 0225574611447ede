export { operations } from "./operations.ts";
export { sessionEvents } from "./session-events.ts";
export { sessions } from "./sessions.ts";
