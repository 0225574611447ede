import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { sessionNotFound } from "./errors.ts";
import { etagOf } from "./etag.ts";
import { isActive } from "./session.ts";

const views = new WeakMap<Head, Session>();

/**
 * A session as it is answered: with what follows from its head. Of a frozen head it is
 * one frozen object, which the protocols need to write but once.
 */
export function sessionView(head: Head | undefined): Session {
  if (head === undefined || !Object.isFrozen(head)) return viewOf(head);
  const known = views.get(head);
  if (known !== undefined) return known;
  const view = Object.freeze(viewOf(head));
  views.set(head, view);
  return view;
}

function viewOf(head: Head | undefined): Session {
  if (head?.session === undefined) throw sessionNotFound();
  const { session, uid } = head;
  const view: Session = {
    ...session,
    isActive: isActive(session.status) && session.archivedAt === undefined,
    etag: etagOf(uid, session.stateVersion, session.version),
    messageCount: session.messageCount - head.clearedMessages,
    turnCount: session.turnCount - head.clearedTurns,
  };
  if (session.updatedAt !== undefined) view.lastActivityAt = session.updatedAt;
  return view;
}
