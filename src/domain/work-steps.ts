import type { Head, OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { toMicros } from "./money.ts";
import { foldTask, openTask, taskOf } from "./task.ts";
import { hasEnded } from "./task-machine.ts";

/** An event of the log, with what it makes of the work. */
export interface WorkStep {
  readonly event: Event;
  /** The event's task right before and after it, where it is one that had not ended. */
  readonly before: OpenTask | undefined;
  readonly after: OpenTask | undefined;
  /** What of the money that was held is free again with it; undefined where none was held. */
  readonly freedMicros: bigint | undefined;
}

/** As much of the work as one event after another has to know. */
interface Work {
  readonly tasks: Map<string, OpenTask>;
  heldMicros: bigint | undefined;
  costMicros: bigint;
}

/** True if what events mean for the work cannot be told without the head before the first one. */
export function needPast(events: readonly Event[]): boolean {
  return events.some(({ taskId }) => taskId !== undefined);
}

/**
 * What each of some events that follow one another makes of the work.
 * @param past the head right before the first of them; undefined: the log begins with them
 */
export function workSteps(past: Head | undefined, events: readonly Event[]): WorkStep[] {
  const work: Work = {
    tasks: new Map(past?.tasks.map((open) => [taskOf(open).taskId, open])),
    heldMicros: past?.heldMicros,
    costMicros: toMicros(past?.session?.cost ?? 0),
  };
  return events.map((event) => take(work, event));
}

function take(work: Work, event: Event): WorkStep {
  const { payload, taskId = "" } = event;
  if (payload.case === "sessionCreated") {
    const { held } = payload.value;
    work.heldMicros = held === undefined ? undefined : toMicros(held);
  }
  if (payload.case === "sessionForked") drop(work);
  if (payload.case === "usageReported") work.costMicros += toMicros(payload.value.cost);
  const before = work.tasks.get(taskId);
  const after = taskAfter(before, event);
  if (after === undefined) return { event, before, after, freedMicros: undefined };
  if (!hasEnded(taskOf(after).status)) {
    work.tasks.set(taskOf(after).taskId, after);
    return { event, before, after, freedMicros: undefined };
  }
  work.tasks.delete(taskId);
  return { event, before, after, freedMicros: free(work) };
}

function taskAfter(before: OpenTask | undefined, event: Event): OpenTask | undefined {
  const { payload } = event;
  if (payload.case !== "taskSubmitted") return before && foldTask(before, event);
  return payload.value.task && openTask(payload.value.task, event.at!);
}

/** Only for a run is money held, and a run is over with its task. */
function free(work: Work): bigint | undefined {
  const { heldMicros: held, costMicros: cost } = work;
  work.heldMicros = undefined;
  if (held === undefined) return undefined;
  return held > cost ? held - cost : 0n;
}

/** A fork has the log of the work and nothing of the work itself. */
function drop(work: Work): void {
  work.tasks.clear();
  work.heldMicros = undefined;
  work.costMicros = 0n;
}
