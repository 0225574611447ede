import type { Event } from "../../gen/parley/v1/event_pb.js";
import { Consistency, type Session } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { admit, admitDeleted } from "../domain/access.ts";
import { sessionNotFound } from "../domain/errors.ts";
import { decodeEvent } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { FoundEntry, SearchPlace, SearchQuery } from "../journal/port.ts";
import type { SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";

export interface SearchRequest extends Omit<SearchQuery, "tenantId" | "userId" | "uid" | "now"> {
  readonly principal: Principal;
  /** Empty: all of the caller's sessions. */
  readonly sessionId: string;
}

/** A title or a message that was found. */
export interface Found {
  readonly session: Session;
  readonly writtenAt: Date;
  /** The message; undefined for the title. */
  readonly event: Event | undefined;
}

export interface FoundPage {
  readonly found: readonly Found[];
  /** Where the page ended, if there is more. */
  readonly next: SearchPlace | undefined;
}

/** Finds entries, and what they stand for in the logs. */
export async function search(
  stores: Stores,
  reader: SessionReader,
  request: SearchRequest,
): Promise<FoundPage> {
  const { principal, sessionId, ...wish } = request;
  const { tenantId, userId } = principal;
  const now = stores.clock.now();
  const uid = sessionId === "" ? undefined : await uidOf(stores, reader, request);
  const query = { ...wish, tenantId, userId, now, ...(uid === undefined ? {} : { uid }) };
  const { entries, hasMore } = await stores.journal.findEntries(query);
  const found = await Promise.all(entries.map((entry) => contentOf(stores, entry)));
  return {
    found: found.filter((one) => one !== undefined),
    next: hasMore ? entries.at(-1) : undefined,
  };
}

/** The session that is named must be the caller's, and archived only where those are searched. */
async function uidOf(
  { clock }: Stores,
  reader: SessionReader,
  { principal, sessionId: id, includeArchived }: SearchRequest,
): Promise<string> {
  const consistency = Consistency.LIVE;
  const { head } = await reader.sight({ principal, id, consistency, atLeastVersion: 0 });
  if (!includeArchived) return admit(head, principal, clock.now(), Permission.OWN).head.uid;
  const own = admitDeleted(head, principal, clock.now()).head;
  if (own.deletedAt !== undefined) throw sessionNotFound();
  return own.uid;
}

async function contentOf({ journal }: Stores, entry: FoundEntry): Promise<Found | undefined> {
  const { uid, seq, writtenAt, head } = entry;
  const session = head.session!;
  if (seq === 0) return { session, writtenAt, event: undefined };
  const packed = { uid, afterSeq: seq - 1, upToSeq: seq, limit: 1 };
  const record = entry.event ?? (await journal.readArchivedEvents(packed))[0];
  return record && { session, writtenAt, event: decodeEvent(record) };
}
