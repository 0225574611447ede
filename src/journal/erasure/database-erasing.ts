import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import { archivePlaces } from "./archive-places.ts";
import * as begin from "./begin-purge.ts";
import { eraseAccount, eraseCredentials } from "./erase-owner.ts";
import { forgetPast } from "./forget-past.ts";
import { sessionsOf } from "./owned-sessions.ts";
import type { Erasing } from "./port.ts";
import { removePurged } from "./remove-purged.ts";
import { readErasure, requestErasure } from "./request-erasure.ts";
import * as erasures from "./take-erasures.ts";
import * as purges from "./take-purges.ts";
import { visitedSessions } from "./visited-sessions.ts";

/** Erasing over SQL. */
export function erasingOver(lane: Lane, guarded: Guarded): Erasing {
  return {
    purgeDeleted: (address, until, now) =>
      guarded(() => begin.purgeDeleted(lane, address, until, now)),
    purgeSessions: (wish, now) => guarded(() => begin.purgeSessions(lane, wish, now)),
    purgeForgotten: (until, now, most) =>
      guarded(() => begin.purgeForgotten(lane, until, now, most)),
    purgeArchived: (due, now, most) => guarded(() => begin.purgeArchived(lane, due, now, most)),
    archivePlaces: (after, most) => guarded(() => archivePlaces(lane, after, most)),
    takePurges: (now, most) => guarded(() => purges.takePurges(lane, now, most)),
    removePurged: (uid) => guarded(() => removePurged(lane, uid)),
    sweepAgain: (uid, at) => guarded(() => purges.sweepAgain(lane, uid, at)),
    endPurge: (uid) => guarded(() => purges.endPurge(lane, uid)),
    requestErasure: (wanted) => guarded(() => requestErasure(lane, wanted)),
    readErasure: (address) => guarded(() => readErasure(lane, address)),
    takeErasures: (now, most) => guarded(() => erasures.takeErasures(lane, now, most)),
    continueErasure: (id, at) => guarded(() => erasures.continueErasure(lane, id, at)),
    sessionsOf: (owner, most) => guarded(() => sessionsOf(lane, owner, most)),
    visitedSessions: (tenantId, after, most) =>
      guarded(() => visitedSessions(lane, tenantId, after, most)),
    forgetPast: (uid, now) => guarded(() => forgetPast(lane, uid, now)),
    eraseCredentials: (erasure) => guarded(() => eraseCredentials(lane, erasure)),
    eraseAccount: (erasure) => guarded(() => eraseAccount(lane, erasure)),
    completeErasure: (id, now) => guarded(() => erasures.completeErasure(lane, id, now)),
  };
}
