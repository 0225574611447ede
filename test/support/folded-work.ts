import { expect } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import type { Task } from "../../gen/parley/v1/task_pb.js";
import { toMicros } from "../../src/domain/money.ts";
import { foldTask, openTask, taskOf } from "../../src/domain/task.ts";
import type { AccountOwner, Journal } from "../../src/journal/port.ts";

/** Expects that the tasks a journal has of a session are what its log says of them. */
export async function expectFoldedTasks(
  journal: Journal,
  { uid, session, deletedAt }: Head,
  events: readonly Event[],
): Promise<void> {
  const { tenantId, userId } = session!;
  const query = { tenantId, userId, uid, order: "asc", limit: 1000, offset: 0 } as const;
  const { tasks } = await journal.listTasks(query);
  expect(tasks).toEqual(deletedAt === undefined ? tasksIn(events) : []);
}

/** The tasks that a log tells of: what a fork has copied is not its own. */
function tasksIn(events: readonly Event[]): Task[] {
  const begins = events.findLastIndex(({ payload }) => payload.case === "sessionForked") + 1;
  const own = events.slice(begins);
  return own.flatMap(({ payload, taskId, at }) => {
    if (payload.case !== "taskSubmitted" || payload.value.task === undefined) return [];
    const its = own.filter((event) => event.taskId === taskId);
    return [taskOf(its.reduce(foldTask, openTask(payload.value.task, at!)))];
  });
}

/**
 * Expects that the account of the owner of some sessions has what was deposited, less what they hold
 * and what those that ended have cost, and that the ledger says the same.
 */
export async function expectSettled(
  journal: Journal,
  owner: AccountOwner,
  deposited: number,
  heads: readonly Head[],
): Promise<void> {
  const held = sum(heads, ({ heldMicros = 0n }) => heldMicros);
  const spent = sum(heads, (head) => (hasSpent(head) ? toMicros(head.session!.cost) : 0n));
  const availableMicros = toMicros(deposited) - held - spent;
  const openRuns = heads.filter(({ countsAsOpen }) => countsAsOpen).length;
  expect(await journal.readAccount(owner)).toEqual({ availableMicros, heldMicros: held, openRuns });
  const { entries } = await journal.listLedger({ ...owner, limit: 100, offset: 0 });
  const balance = (name: string) =>
    entries.reduce((total, { debit, credit, amount }) => {
      const sign = (credit === name ? 1n : 0n) - (debit === name ? 1n : 0n);
      return total + sign * toMicros(amount);
    }, 0n);
  expect(["available", "held", "spent"].map(balance)).toEqual([availableMicros, held, spent]);
}

/** True of a run that has ended: until then what it costs is held. */
function hasSpent({ session, countsAsOpen }: Head): boolean {
  return session?.prompt !== undefined && !countsAsOpen;
}

function sum(heads: readonly Head[], amount: (head: Head) => bigint): bigint {
  return heads.reduce((total, head) => total + amount(head), 0n);
}
