import { create } from "@bufbuild/protobuf";
import type { OpenTask } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type StageTransition, StageTransitionSchema } from "../../gen/parley/v1/run_history_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { taskOf } from "./task.ts";
import type { WorkStep } from "./work-steps.ts";

const WORKED_ON: ReadonlySet<TaskStatus> = new Set([
  TaskStatus.INITIALIZING,
  TaskStatus.RUNNING,
  TaskStatus.PAUSED,
]);

/** Where a step led the work to; undefined where status and stage are what they were. */
export function stageTransitionOf({ event, before, after }: WorkStep): StageTransition | undefined {
  if (after === undefined) return undefined;
  const { taskId, status } = taskOf(after);
  const stage = stageOf(after);
  if (before !== undefined && taskOf(before).status === status && stageOf(before) === stage) {
    return undefined;
  }
  const progress = progressIn(event);
  return create(StageTransitionSchema, {
    seq: event.seq,
    timestamp: event.at,
    taskId,
    status,
    stage,
    progress,
  });
}

/** What waits for a worker and what has ended is at no stage, whatever it was at last. */
function stageOf(open: OpenTask): string | undefined {
  const { status, currentStage } = taskOf(open);
  return WORKED_ON.has(status) ? currentStage : undefined;
}

function progressIn({ payload }: Event): number | undefined {
  if (payload.case === "taskProgressed") return payload.value.progress;
  return payload.case === "taskCompleted" ? 100 : undefined;
}
