import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../domain/event.ts";
import type { EventRange } from "../port.ts";

/** How long an archived session keeps its log unpacked, in milliseconds: a day, to be revived fast. */
export const PACK_DELAY_MS = 86_400_000;

/** Sessions whose time is over, and their logs at rest. */
export interface Archive {
  /** Living sessions that are past their time and not archived, the longest past first. */
  dueSessions(now: Date, limit: number): Promise<Head[]>;
  /** The owner's archived sessions, the last archived first. */
  listArchived(query: ArchiveQuery): Promise<ArchivePage>;
  /** Events of a log, packed or not; as `readEvents` otherwise. */
  readArchivedEvents(range: EventRange): Promise<EventRecord[]>;
  /** Archived sessions whose logs are to be packed by now, by their uids. */
  packableSessions(now: Date, limit: number): Promise<string[]>;
  /**
   * Packs the log of an archived session, if it is due; reads find every event in
   * the meantime. Can be broken off and begun again at any point.
   */
  packLog(uid: string, now: Date): Promise<void>;
  /**
   * Unpacks the log of a session, which is not packed again for a day: long enough
   * for what takes the session back. Does nothing where nothing is packed.
   */
  unpackLog(uid: string, now: Date): Promise<void>;
}

export interface ArchiveQuery {
  readonly tenantId: string;
  readonly userId: string;
  readonly agentId?: string;
  readonly titleContains?: string;
  readonly limit: number;
  /** Only what was archived before this session. */
  readonly after?: { readonly archivedAt: Date; readonly uid: string };
}

export interface ArchivePage {
  readonly heads: readonly Head[];
  readonly hasMore: boolean;
}
