import { randomUUID } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { SessionSchema, SessionType } from "../../gen/parley/v1/session_pb.js";
import { type Task, TaskSchema } from "../../gen/parley/v1/task_pb.js";
import { changeState } from "../../src/domain/decision.ts";
import { type EventDraft, newEvent, unplacedEvent } from "../../src/domain/event.ts";
import { foldEvents } from "../../src/domain/fold.ts";
import { changedTasks } from "../../src/domain/task-record.ts";
import type { AccountClaim, Creation, Journal } from "../../src/journal/port.ts";
import { committed, newHead, operation, type SessionFields } from "./journal-writes.ts";

const ACTOR = create(ActorSchema, { type: ActorType.WORKER, id: "worker-1" });

/** The times of tasks are told by their events, so tests can say them. */
export const NOW = new Date("2030-01-01T00:00:00.000Z");

export function later(ms: number): Date {
  return new Date(NOW.getTime() + ms);
}

type TaskFields = Exclude<MessageInitShape<typeof TaskSchema>, { $typeName: string }>;

/** What happens to a task, and when. */
export interface Step {
  readonly payload: EventDraft["payload"];
  readonly taskId?: string;
  readonly at?: Date;
  /** Of a claim: the lease. */
  readonly eventId?: string;
}

function draft({ payload, taskId, at = NOW, eventId = randomUUID() }: Step): EventDraft {
  return { eventId, at, actor: ACTOR, payload, ...(taskId !== undefined && { taskId }) };
}

export interface Begun {
  /** Of the session: with a type it is a run. */
  readonly session?: SessionFields;
  readonly task?: TaskFields;
  readonly at?: Date;
  /** Dollars that are held for it. */
  readonly held?: number;
  readonly claim?: AccountClaim;
}

/** A session that begins with a task. */
export function creationWithTask(
  { session, task, at = NOW, held, claim }: Begun = {},
  op = operation(),
): Creation {
  const { uid, session: begun } = newHead(session, at);
  const value = { session: begun!, ...(held !== undefined && { held }) };
  const drafts = [
    draft({ payload: { case: "sessionCreated", value }, at }),
    draft(submitted(newTask({ createdAt: timestampFromDate(at), ...task }), at)),
  ];
  const events = drafts.map(unplacedEvent);
  const empty = create(HeadSchema, { uid, session: create(SessionSchema) });
  const head = foldEvents(empty, events);
  const tasks = changedTasks(empty, head, events);
  return { operation: op, head, events: drafts.map(newEvent), tasks, ...(claim && { claim }) };
}

/** A run of an owner that claims so many dollars of the account, if any. */
export function run(
  owner: { readonly tenantId: string; readonly userId: string },
  { held, maxOpenRuns, sessionId }: { held?: number; maxOpenRuns?: number; sessionId?: string },
  op = operation(randomUUID(), owner),
): Creation {
  const session = {
    ...owner,
    sessionType: SessionType.RESEARCH,
    ...(sessionId !== undefined && { sessionId }),
  };
  const holdMicros = held === undefined ? undefined : BigInt(Math.round(held * 1e6));
  const claim = { holdMicros, maxOpenRuns };
  return creationWithTask({ session, claim, ...(held !== undefined && { held }) }, op);
}

export function newTask(fields: TaskFields): Task {
  return create(TaskSchema, { taskId: randomUUID(), number: 1, type: "task", ...fields });
}

/** A committed session that begins with a task. */
export async function withTask(journal: Journal, begun?: Begun): Promise<Head> {
  return committed(await journal.createSession(creationWithTask(begun))).head;
}

/** The session after what happened to its tasks. */
export async function happened(journal: Journal, head: Head, ...steps: Step[]): Promise<Head> {
  return committed(await journal.changeSession(change(head, ...steps))).head;
}

export function change(head: Head, ...steps: Step[]) {
  const taskId = head.tasks[0]?.task?.taskId;
  const drafts = steps.map((step) => draft({ ...(taskId !== undefined && { taskId }), ...step }));
  const { tenantId, userId, stateVersion } = head.session!;
  return {
    operation: operation(randomUUID(), { tenantId, userId }),
    uid: head.uid,
    basedOn: { state: stateVersion },
    ...changeState(head, drafts),
  };
}

export function submitted(task: Task, at = NOW): Step {
  return { payload: { case: "taskSubmitted", value: { task } }, taskId: task.taskId, at };
}

/** A worker takes the task; its lease is the id of the event. */
export function claimed(lease: string, at = NOW, leaseMs = 30_000): Step {
  const leaseExpiresAt = timestampFromDate(new Date(at.getTime() + leaseMs));
  const value = { workerId: "worker-1", leaseExpiresAt, attempt: 1 };
  return { payload: { case: "taskClaimed", value }, at, eventId: lease };
}

export function progressed(progress: number, at = NOW): Step {
  return { payload: { case: "taskProgressed", value: { progress } }, at };
}

export function used(cost: number, tokens = 0n, at = NOW): Step {
  return { payload: { case: "usageReported", value: { model: "m", tokens, cost } }, at };
}

export function completed(at = NOW): Step {
  return { payload: { case: "taskCompleted", value: { result: "done" } }, at };
}

export function cancelled(at = NOW): Step {
  return { payload: { case: "taskCancelled", value: { errorCode: "cancelled" } }, at };
}

export function released(readyAt: Date): Step {
  const value = { readyAt: timestampFromDate(readyAt) };
  return { payload: { case: "taskReleased", value }, at: readyAt };
}

export function firstTask(head: Head): Task {
  const task = head.tasks[0]?.task;
  if (task === undefined) throw new Error("no open task");
  return task;
}
