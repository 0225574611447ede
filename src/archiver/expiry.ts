import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ArchiveReason, SessionArchivedSchema } from "../../gen/parley/v1/event_pb.js";
import type { Clock } from "../clock.ts";
import { isOver } from "../domain/access.ts";
import { changeState, type Decision } from "../domain/decision.ts";
import { cancelAll } from "../domain/task-commands.ts";
import type { Ids } from "../ids.ts";
import type { Journal } from "../journal/port.ts";
import type { Log } from "../log/log.ts";
import type { Chore } from "./sweeper.ts";
import { actingFor, systemEvent } from "./system-event.ts";

/** Sessions archived at once. */
const BATCH = 100;

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
    const written = await log.write({
      ...actingFor(session!, "ArchiveExpired", ids),
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
  const payload = { case: "sessionArchived" as const, value };
  const archived = systemEvent(ids, now, { taskId: undefined, payload });
  const ended = cancelAll(head, { code: "cancelled", reason: "the session expired", now });
  const cancelled = ended.map((draft) => systemEvent(ids, now, draft));
  return changeState(head, [...cancelled, archived], { movesGate: true });
}
