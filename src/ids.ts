import { v7 } from "uuid";

export interface Ids {
  /** A new UUIDv7: ordered by time, so that index pages fill one after the other. */
  uuid(): string;
}

export const uuidV7: Ids = { uuid: () => v7() };
