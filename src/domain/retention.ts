import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session, SessionType } from "../../gen/parley/v1/session_pb.js";

/** How long archived sessions are kept, in milliseconds; `Infinity`: for ever. */
export interface Keeping {
  /** Of types that are not named. */
  readonly others: number;
  /** A conversation is of the type 0. */
  readonly types: ReadonlyMap<SessionType, number>;
}

/** What becomes of sessions that are over. */
export interface Retention {
  /** How long a deleted session can be restored, in milliseconds. */
  readonly restoreWindowMs: number;
  /** Of tenants that are not named. */
  readonly others: Keeping;
  readonly tenants: ReadonlyMap<string, Keeping>;
}

const FOR_EVER: Keeping = { others: Number.POSITIVE_INFINITY, types: new Map() };

/** 30 days to restore, and archives for ever. */
export const DEFAULT_RETENTION: Retention = {
  restoreWindowMs: 30 * 86_400_000,
  others: FOR_EVER,
  tenants: new Map(),
};

/** How long archived sessions of a tenant and type are kept. A tenant that is named has its own rules only. */
export function keptMs(retention: Retention, tenantId: string, type: SessionType): number {
  const keeping = retention.tenants.get(tenantId) ?? retention.others;
  return keeping.types.get(type) ?? keeping.others;
}

/** True if anything is purged by retention at all. */
export function limitsArchives({ others, tenants }: Retention): boolean {
  return [others, ...tenants.values()].some((keeping) =>
    [keeping.others, ...keeping.types.values()].some(Number.isFinite),
  );
}

/** True of a deleted session that can no longer be restored. */
export function isForgotten({ deletedAt }: Head, { restoreWindowMs }: Retention, now: Date) {
  return deletedAt !== undefined && timestampMs(deletedAt) + restoreWindowMs <= now.getTime();
}

/** An archived session as it is answered: with when it is purged, if it ever is. */
export function withPurgeTime(session: Session, retention: Retention): Session {
  const { archivedAt, tenantId, sessionType } = session;
  if (archivedAt === undefined) return session;
  const at = timestampMs(archivedAt) + keptMs(retention, tenantId, sessionType);
  return at <= LAST_MS ? { ...session, purgeAt: timestampFromMs(at) } : session;
}

/** The last moment that a timestamp can say. */
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");
