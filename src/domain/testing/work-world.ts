import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { type Event, EventSchema } from "../../../gen/parley/v1/event_pb.js";
import { SessionStatus, SessionType } from "../../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import { type BudgetPolicy, BudgetSchema } from "../../../gen/parley/v1/usage_pb.js";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
} from "../../../gen/parley/v1/worker_outcome_pb.js";
import { passedLimits } from "../budget.ts";
import type { Decision } from "../decision.ts";
import { ParleyError } from "../errors.ts";
import {
  cancelAll,
  cancelTask,
  cancelWork,
  claim,
  complete,
  expireTask,
  fail,
  pauseWork,
  progress,
  report,
  requireLease,
  resumeWork,
  submission,
  type WorkDraft,
} from "../task-commands.ts";
import type { TaskRecord } from "../task-record.ts";
import { born, decided, NOTHING, newTask, second, sessionIn } from "./work.ts";

/** Something that happens after some time; what the numbers mean depends on what it is. */
export interface Act {
  /** What is tried first; where it is refused, what comes after it in the list. */
  readonly first: number;
  readonly seconds: number;
  readonly pick: number;
  readonly flag: boolean;
}

const NAMES = [
  "submit",
  "claim",
  "progress",
  "report",
  "complete",
  "fail",
  "cancelWork",
  "cancelTask",
  "cancelAll",
  "pause",
  "resume",
  "expire",
  "raise",
] as const;
type Name = (typeof NAMES)[number];
export const ACT_NUMBERS: readonly number[] = NAMES.map((_, i) => i);

export interface Beginning {
  readonly isRun: boolean;
  /** In dollars; undefined where accounts are off. */
  readonly held: number | undefined;
  readonly policy: BudgetPolicy;
}

/** A session with the rows and the money that its writes have made, as a journal has them. */
export interface World {
  readonly head: Head;
  /** In seconds. */
  readonly now: number;
  readonly log: readonly Event[];
  readonly rows: ReadonlyMap<string, TaskRecord>;
  readonly writes: readonly Decision[];
}

export function beginning({ isRun, held, policy }: Beginning): World {
  const budget = create(BudgetSchema, { maxTokens: 30n, policy });
  const world = { head: NOTHING, now: 0, log: [], rows: new Map(), writes: [] };
  if (!isRun) return write(world, [born({ status: SessionStatus.ACTIVE, budget })]);
  const session = { sessionType: SessionType.ANALYSIS, status: SessionStatus.QUEUED, budget };
  return write(world, [born(session, held), ...submission(undefined, taskOf(world, 1), 0)]);
}

/** The world after a time and what happens then. */
export function after(before: World, act: Act): World {
  const world = { ...before, now: before.now + act.seconds };
  const names = [...NAMES.slice(act.first), ...NAMES.slice(0, act.first)];
  for (const name of names) {
    const drafts = tried(world, name, act);
    if (drafts.length > 0) return write(world, drafts);
  }
  return world;
}

function tried(world: World, name: Name, act: Act): readonly WorkDraft[] {
  try {
    return draftsOf(world, name, act);
  } catch (error) {
    if (error instanceof ParleyError) return [];
    throw error;
  }
}

function write(world: World, drafts: readonly WorkDraft[]): World {
  const decision = decided(world.head, world.now, drafts);
  const rows = new Map(world.rows);
  for (const row of decision.tasks ?? []) rows.set(row.taskId, row);
  const stored = decision.log.map((event) => toBinary(EventSchema, event));
  const log = [...world.log, ...stored.map((bytes) => fromBinary(EventSchema, bytes))];
  return { ...world, head: decision.state, log, rows, writes: [...world.writes, decision] };
}

function taskOf({ head, now }: World, pick: number) {
  const limit = pick % 2 === 0 ? {} : { timeLimit: durationFromMs(90_000) };
  const { timeLimit: _, ...task } = newTask((head.session?.taskCount ?? 0) + 1, now);
  return { ...task, maxAttempts: 1 + (pick % 3), ...limit };
}

function draftsOf(world: World, name: Name, { pick, flag }: Act): readonly WorkDraft[] {
  const { head } = world;
  const now = second(world.now);
  switch (name) {
    case "submit":
      return head.tasks.length > 3 ? [] : submission(head, taskOf(world, pick), pick % 4);
    case "claim":
      return claimDrafts(world);
    case "progress":
      return progress(leased(head), { progress: pick });
    case "report":
      return report(head, leased(head), usage(pick, flag));
    case "complete":
      return isRare(pick) ? complete(head, leased(head), outcome(flag)) : [];
    case "fail":
      return fail(leased(head), failure(pick, flag), now);
    case "cancelWork":
      return isRare(pick) ? cancelWork(head, { code: "cancelled", now }) : [];
    case "cancelTask":
      return isRare(pick) ? cancelTask(head, lastTask(head), { code: "cancelled", now }) : [];
    case "cancelAll":
      return isRare(pick) ? cancelAll(head, { code: "deleted", now }) : [];
    case "pause":
      return pauseWork(head, { pausable: true });
    case "resume":
      return resumeWork(head, { leased: flag });
    case "expire":
      return expireDrafts(world);
    case "raise":
      return passedLimits(sessionIn(head)).length > 0 ? [raised(head, pick)] : [];
  }
}

function claimDrafts({ head, now, rows }: World): readonly WorkDraft[] {
  const ready = [...rows.values()].find(({ readyAt }) => readyAt && readyAt <= second(now));
  if (ready === undefined) return [];
  const wish = { taskId: ready.taskId, workerId: "w", leaseUntil: second(now + 30) };
  const drafts = claim(head, wish);
  if (drafts === undefined) throw new Error("what is offered cannot be claimed");
  return drafts;
}

function expireDrafts({ head, now, rows }: World): readonly WorkDraft[] {
  return head.tasks.flatMap((open) => {
    const { leaseUntil, deadlineAt } = rows.get(open.task!.taskId)!;
    return expireTask(open, { now: second(now), leaseUntil, deadlineAt });
  });
}

function leased(head: Head) {
  const open = head.tasks.find(({ leaseId }) => leaseId !== "");
  return requireLease(head, open?.task?.taskId ?? "", open?.leaseId ?? "");
}

function lastTask(head: Head): string {
  return head.tasks.at(-1)?.task?.taskId ?? "";
}

function usage(pick: number, flag: boolean) {
  const one = { model: `m${pick % 3}`, inputTokens: 2n, outputTokens: 1n, tokens: 0n };
  const more = { model: "", inputTokens: 0n, outputTokens: 0n, tokens: BigInt(pick) };
  return [{ ...one, cost: pick / 1000 }, ...(flag ? [{ ...more, agentId: "a", tool: "t" }] : [])];
}

function outcome(flag: boolean) {
  return create(CompleteTaskRequestSchema, { result: flag ? "r" : "" });
}

function failure(pick: number, flag: boolean) {
  return create(FailTaskRequestSchema, { retryable: flag, returned: !isRare(pick) });
}

/** What ends the work is tried less often, so that more comes before it. */
function isRare(pick: number): boolean {
  return pick % 8 === 5;
}

function raised(head: Head, pick: number): WorkDraft {
  const { tokensUsed, budget } = sessionIn(head);
  const session = { budget: { ...budget!, maxTokens: tokensUsed + BigInt(pick * 5) } };
  return {
    taskId: undefined,
    payload: { case: "sessionUpdated", value: { session, fields: ["budget"] } },
  };
}

/** True of a task whose time goes on. */
export function isTimed(head: Head, taskId: string): boolean {
  const task = head.tasks.find(({ task }) => task?.taskId === taskId)?.task;
  return task?.startedAt !== undefined && task.status !== TaskStatus.PAUSED;
}
