import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import {
  ActorSchema,
  ActorType,
  ArchiveReason,
  SessionArchivedSchema,
} from "../../gen/parley/v1/event_pb.js";
import type { Clock } from "../clock.ts";
import { isOver } from "../domain/access.ts";
import { changeState, type Decision } from "../domain/decision.ts";
import type { Ids } from "../ids.ts";
import type { Journal } from "../journal/port.ts";
import type { Log } from "../log/log.ts";
import type { Chore } from "./sweeper.ts";

/** Sessions archived at once. */
const BATCH = 100;

/** Stands for the request of an operation that nobody asked for, and nobody repeats. */
const NO_HASH = new Uint8Array(32);

export interface ExpiryParts {
  readonly journal: Journal;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Archives sessions whose time is over. Every replica does: the write is decided
 * on the head, so that the second of two finds nothing to do, and a session that
 * was extended in between stays.
 */
export function archiveExpired({ journal, log, clock, ids }: ExpiryParts): Chore {
  const archive = async ({ session }: Head): Promise<number> => {
    const { tenantId, userId, sessionId } = session!;
    const principal = { tenantId, userId, roles: new Set<never>(), via: "parley" as const };
    const method = "parley.archiver/ArchiveExpired";
    const key = ids.uuid();
    const written = await log.write({
      principal,
      id: sessionId,
      operation: { tenantId, userId, method, key, requestHash: NO_HASH },
      retryable: false,
      confirmed: true,
      decide: (head) => decide(head, clock.now(), ids),
    });
    return written.events.length;
  };
  return {
    name: "archive expired sessions",
    everyMs: 1000,
    async run() {
      const due = await journal.dueSessions(clock.now(), BATCH);
      const done = await Promise.all(due.map(archive));
      return { done: done.reduce((sum, n) => sum + n, 0), more: due.length === BATCH };
    },
  };
}

function decide(head: Head | undefined, now: Date, ids: Ids): Decision | undefined {
  if (head?.session === undefined || head.deletedAt !== undefined) return undefined;
  if (head.session.archivedAt !== undefined || !isOver(head.session, now)) return undefined;
  const value = create(SessionArchivedSchema, { reason: ArchiveReason.EXPIRED });
  const archived = {
    eventId: ids.uuid(),
    at: now,
    actor: create(ActorSchema, { type: ActorType.SYSTEM, id: "parley" }),
    payload: { case: "sessionArchived" as const, value },
  };
  return changeState(head, [archived], { movesGate: true });
}
