import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { ParleyError, sessionNotFound } from "./errors.ts";
import type { Principal } from "./principal.ts";

/** A head that its caller may see, with its session. */
export interface Admitted {
  readonly head: Head;
  readonly session: Session;
}

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
 * The one gate to a session. What is unknown, another's or deleted is the same
 * `session_not_found`; only the owner learns that a session has expired.
 */
export function admit(head: Head | undefined, principal: Principal, now: Date): Admitted {
  const own = admitDeleted(head, principal);
  if (own.head.deletedAt !== undefined) throw sessionNotFound();
  if (isOver(own.session, now)) {
    throw new ParleyError("session_expired", "the session has expired");
  }
  return own;
}

/** The gate to what is archived, or is to be: to sessions whose time is over. */
export function admitArchived(head: Head | undefined, principal: Principal, now: Date): Admitted {
  const own = admitDeleted(head, principal);
  if (own.head.deletedAt !== undefined || !isOver(own.session, now)) throw sessionNotFound();
  return own;
}

/** True of a session that is archived or past its time. */
export function isOver(session: Session, now: Date): boolean {
  return session.archivedAt !== undefined || expiresAt(session) <= now.getTime();
}

/** The gate for what its owner may do with a deleted or expired session. */
export function admitDeleted(head: Head | undefined, principal: Principal): Admitted {
  if (head?.session === undefined || !owns(head, principal)) throw sessionNotFound();
  return { head, session: head.session };
}

/** When the session ends for its users, in milliseconds since 1970. */
export function expiresAt(session: Session): number {
  const at = session.expiresAt;
  return at === undefined ? Number.POSITIVE_INFINITY : Number(at.seconds) * 1000 + at.nanos / 1e6;
}
