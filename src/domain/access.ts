import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { ParleyError, sessionNotFound } from "./errors.ts";
import { endOf, grantOf, shareOf } from "./grant.ts";
import type { Principal } from "./principal.ts";

/** What somebody may do with a session, and until when. */
export interface Access {
  /** `UNSPECIFIED`: nothing. */
  readonly permission: Permission;
  /** When that ends, in milliseconds since 1970; with the session at the latest. */
  readonly until: number;
}

/** A head with its session. */
export interface Whole {
  readonly head: Head;
  readonly session: Session;
}

/** A head that its caller may see. */
export interface Admitted extends Whole {
  readonly access: Access;
}

const NONE: Access = { permission: Permission.UNSPECIFIED, until: 0 };

/** False if the caller's credential is for another session only. */
function opens({ onlySession }: Principal, uid: string): boolean {
  return onlySession === undefined || onlySession === uid;
}

/** True if the session is the caller's own, living or not. */
export function owns(head: Head, principal: Principal): boolean {
  if (!opens(principal, head.uid)) return false;
  return head.session?.tenantId === principal.tenantId && head.session.userId === principal.userId;
}

/**
 * What a caller may do with a session, whatever state that is in: everything that anybody is given
 * of one goes by this.
 */
export function accessOf(head: Head, principal: Principal, now: Date): Access {
  const { session, grants } = head;
  if (session?.tenantId !== principal.tenantId || !opens(principal, head.uid)) return NONE;
  const end = expiresAt(session);
  if (session.userId === principal.userId) return { permission: Permission.OWN, until: end };
  const grant = grants.length === 0 ? undefined : grantOf(head, principal, now);
  if (grant === undefined) return NONE;
  return { permission: shareOf(grant).permissions, until: Math.min(endOf(grant), end) };
}

/**
 * The one gate to a session. What is unknown, not shared with the caller or deleted is the same
 * `session_not_found`; only the owner learns that a session has expired.
 */
export function admit(
  head: Head | undefined,
  principal: Principal,
  now: Date,
  needed: Permission,
): Admitted {
  const admitted = seen(head, principal, now);
  const { session, access } = admitted;
  if (admitted.head.deletedAt !== undefined) throw sessionNotFound();
  if (isOver(session, now)) {
    if (access.permission !== Permission.OWN) throw sessionNotFound();
    throw new ParleyError("session_expired", "the session has expired");
  }
  refuseMore(access, needed);
  return admitted;
}

/** The gate to what is archived, or is to be: to sessions whose time is over. */
export function admitArchived(head: Head | undefined, principal: Principal, now: Date): Admitted {
  const own = admitDeleted(head, principal, now);
  if (own.head.deletedAt !== undefined || !isOver(own.session, now)) throw sessionNotFound();
  return own;
}

/** The gate for what only its owner may do, also with a deleted or expired session. */
export function admitDeleted(head: Head | undefined, principal: Principal, now: Date): Admitted {
  const admitted = seen(head, principal, now);
  const { session, access } = admitted;
  const isLiving = admitted.head.deletedAt === undefined && !isOver(session, now);
  if (access.permission !== Permission.OWN && !isLiving) throw sessionNotFound();
  refuseMore(access, Permission.OWN);
  return admitted;
}

/** Says no to a caller who may see the session, but not do this with it. */
function refuseMore({ permission }: Access, needed: Permission): void {
  if (permission >= needed) return;
  throw new ParleyError(
    "session_not_accessible",
    `the session is shared with you, but not for that: it needs ${Permission[needed].toLowerCase()}`,
  );
}

/** True of a session that is archived or past its time. */
export function isOver(session: Session, now: Date): boolean {
  return session.archivedAt !== undefined || expiresAt(session) <= now.getTime();
}

/** When the session ends for its users, in milliseconds since 1970. */
export function expiresAt(session: Session): number {
  const at = session.expiresAt;
  return at === undefined ? Number.POSITIVE_INFINITY : Number(at.seconds) * 1000 + at.nanos / 1e6;
}

function seen(head: Head | undefined, principal: Principal, now: Date): Admitted {
  if (head?.session === undefined) throw sessionNotFound();
  const access = accessOf(head, principal, now);
  if (access.permission === Permission.UNSPECIFIED) throw sessionNotFound();
  return { head, session: head.session, access };
}
