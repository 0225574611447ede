export { type OpenMemoryViewOptions, openMemoryView } from "./memory/open.ts";
export { type OpenRedisViewOptions, openRedisView } from "./redis/open.ts";
