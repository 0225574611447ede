import type { Event } from "../../gen/parley/v1/event_pb.js";
import type { TaskCompleted } from "../../gen/parley/v1/task_event_pb.js";
import { decodeEvent, type EventRecord } from "../domain/event.ts";
import type { Journal } from "../journal/port.ts";
import { readWholeRange } from "./read-events.ts";
import type { Reading } from "./read-session.ts";

/** Most events that are written in one change, and so with the end of a task. */
const MOST_EVENTS = 128;
/** Before its end a task has little more than the message with its result. */
const EVENTS_AT_ONCE = 8;

/** The end of a session's last completed task. */
export interface Completion {
  readonly taskId: string;
  readonly completed: TaskCompleted;
}

/**
 * How the last completed task of a session ended; undefined where none has completed. From the
 * live tail where that came along and has it.
 */
export async function readCompletion(
  journal: Journal,
  { head, events }: Pick<Reading, "head" | "events">,
): Promise<Completion | undefined> {
  // A fork's log has the ends of tasks that are not its own.
  if (head.tasksCompleted === 0) return undefined;
  const found = lastCompletionIn(events ?? []);
  if (found !== undefined) return found;
  const lastSeq = await journal.lastCompletion(head.uid);
  return lastSeq === undefined ? undefined : findBefore(journal, head.uid, lastSeq);
}

/** It stands among the events of the change that was its task's last one: most often at its end. */
async function findBefore(
  journal: Journal,
  uid: string,
  lastSeq: number,
): Promise<Completion | undefined> {
  const first = Math.max(lastSeq - MOST_EVENTS, 0);
  for (let upToSeq = lastSeq; upToSeq > first; upToSeq -= EVENTS_AT_ONCE) {
    const afterSeq = Math.max(upToSeq - EVENTS_AT_ONCE, first);
    const found = lastCompletionIn(await readWholeRange(journal, { uid, afterSeq, upToSeq }));
    if (found !== undefined) return found;
  }
  return undefined;
}

function lastCompletionIn(records: readonly EventRecord[]): Completion | undefined {
  for (const record of records.toReversed()) {
    const { taskId = "", payload }: Event = decodeEvent(record);
    if (payload.case === "taskCompleted") return { taskId, completed: payload.value };
  }
  return undefined;
}
