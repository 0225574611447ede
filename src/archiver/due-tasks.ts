import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { changeState, type Decision } from "../domain/decision.ts";
import { expireTask } from "../domain/task-commands.ts";
import { findOpenTask } from "../domain/work.ts";
import type { Ids } from "../ids.ts";
import type { DueTask } from "../journal/port.ts";
import type { ExpiryParts } from "./expiry.ts";
import type { Chore } from "./sweeper.ts";
import { actingFor, systemEvent } from "./system-event.ts";

/** Tasks looked at at once: with leases of 30 s, enough for 30,000 that are worked on. */
const BATCH = 500;

/**
 * Takes tasks back from workers that were not heard of in time, and ends those whose time is
 * over. A worker that comes late finds that its lease is another's or nobody's.
 */
export function expireTasks({ journal, log, clock, ids }: ExpiryParts): Chore {
  const expire = async (due: DueTask): Promise<number> => {
    const written = await log.write({
      ...actingFor(due, "ExpireTask", ids),
      decide: (head) => decide(head, due, clock.now(), ids),
    });
    return written.events.length;
  };
  return {
    name: "expire tasks",
    everyMs: 500,
    async run() {
      const due = await journal.dueTasks(clock.now(), BATCH);
      const done = await Promise.all(due.map(expire));
      return { done: done.reduce((sum, n) => sum + n, 0), more: due.length === BATCH };
    },
  };
}

/** Decided on the lease that was due: another one since then is somebody's who lives. */
function decide(head: Head | undefined, due: DueTask, now: Date, ids: Ids): Decision | undefined {
  if (head === undefined || head.uid !== due.uid || head.deletedAt !== undefined) return undefined;
  const open = findOpenTask(head, due.taskId);
  if (open === undefined) return undefined;
  const { deadlineAt } = due;
  const leaseUntil = open.leaseId === (due.leaseId ?? "") ? due.leaseUntil : undefined;
  const drafts = expireTask(open, { now, leaseUntil, deadlineAt });
  if (drafts.length === 0) return undefined;
  const events = drafts.map((draft) => systemEvent(ids, now, draft));
  return changeState(head, events, { movesGate: true });
}
