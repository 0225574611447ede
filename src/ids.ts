import { v7 } from "uuid";
import type { Ids } from "./context.ts";

/** UUIDv7: ordered by time, so that index pages fill one after the other. */
export const uuidV7: Ids = { uuid: () => v7() };
