import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType, type Event } from "../../../gen/parley/v1/event_pb.js";
import {
  type Session,
  type SessionSchema,
  SessionStatus,
  SessionType,
} from "../../../gen/parley/v1/session_pb.js";
import { type Task, TaskSchema, TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import { OnBusy } from "../../../gen/parley/v1/task_requests_pb.js";
import { changeState, type Decision } from "../decision.ts";
import { type EventDraft, unplacedEvent } from "../event.ts";
import { claim, submission, type WorkDraft } from "../task-commands.ts";

const START = Date.parse("2026-01-02T00:00:00Z");
const ACTOR = create(ActorSchema, { type: ActorType.SYSTEM, id: "parley" });

/** So many seconds after everything began. */
export function second(n: number): Date {
  return new Date(START + n * 1000);
}

export function secondStamp(n: number) {
  return timestampFromDate(second(n));
}

/** A task submitted at a second, with three attempts of 100 seconds in all. */
export function newTask(
  number: number,
  at: number,
  init: MessageInitShape<typeof TaskSchema> = {},
): Task {
  return create(TaskSchema, {
    taskId: `task-${number}`,
    number,
    sessionId: "s",
    workflowId: `task-${number}`,
    type: "task",
    query: `query ${number}`,
    status: TaskStatus.QUEUED,
    createdAt: secondStamp(at),
    maxAttempts: 3,
    timeLimit: durationFromMs(100_000),
    ...init,
  });
}

/** What is decided with drafts that are written at a second. */
export function decided(
  head: Head,
  at: number,
  drafts: readonly WorkDraft[],
): Decision & { readonly state: Head; readonly log: readonly Event[] } {
  const events = drafts.map((draft, i) => draftAt(draft, at, i));
  return { ...changeState(head, events), log: events.map(unplacedEvent) };
}

/** The head after drafts that are written at a second. */
export function written(head: Head, at: number, ...drafts: readonly WorkDraft[]): Head {
  return decided(head, at, drafts).state;
}

let lastId = 0;

function draftAt({ taskId, payload, startsTurn }: WorkDraft, at: number, i: number): EventDraft {
  lastId++;
  return {
    eventId: `event-${lastId}-${i}`,
    at: second(at),
    actor: ACTOR,
    payload,
    ...(taskId !== undefined && { taskId }),
    ...(startsTurn !== undefined && { startsTurn }),
  };
}

type SessionInit = MessageInitShape<typeof SessionSchema>;

export function born(session: SessionInit, held?: number): WorkDraft {
  const value = { session: { sessionId: "s", ...session }, ...(held !== undefined && { held }) };
  return { taskId: undefined, payload: { case: "sessionCreated", value } };
}

export const NOTHING: Head = create(HeadSchema, { uid: "u" });

/** A conversation without any task. */
export function conversation(session: SessionInit = {}): Head {
  return written(NOTHING, 0, born({ status: SessionStatus.ACTIVE, ...session }));
}

/** A run that waits for a worker. */
export function run(
  session: SessionInit = {},
  { held, task = {} }: { held?: number; task?: MessageInitShape<typeof TaskSchema> } = {},
): Head {
  const kind = { sessionType: SessionType.RESEARCH, status: SessionStatus.QUEUED };
  return written(
    NOTHING,
    0,
    born({ ...kind, ...session }, held),
    ...submission(undefined, newTask(1, 0, task), OnBusy.UNSPECIFIED),
  );
}

/** The head after its current task is claimed at a second, with a lease of 30. */
export function claimed(head: Head, at: number): Head {
  const taskId = head.tasks[0]?.task?.taskId ?? "";
  const drafts = claim(head, { taskId, workerId: "w", leaseUntil: second(at + 30) });
  if (drafts === undefined) throw new Error("there is nothing to claim");
  return written(head, at, ...drafts);
}

/** The head after its current task is claimed and has reported at a second. */
export function running(head: Head, at: number): Head {
  const taken = claimed(head, at);
  return written(taken, at, taskDraft(taken, { case: "taskProgressed", value: { progress: 10 } }));
}

/** Something about the current task. */
export function taskDraft(head: Head, payload: WorkDraft["payload"]): WorkDraft {
  return { taskId: head.tasks[0]?.task?.taskId, payload };
}

export function sessionIn(head: Head): Session {
  return head.session!;
}

/** The kinds of what is drafted, in order. */
export function kinds(drafts: readonly WorkDraft[] = []): string[] {
  return drafts.map(({ payload }) => payload.case);
}
