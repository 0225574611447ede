import { create } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  type ResourceAllocation,
  ResourceAllocationSchema,
} from "../../gen/parley/v1/run_history_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { toDollars } from "./money.ts";
import { isLeased, taskOf } from "./task.ts";
import type { WorkStep } from "./work-steps.ts";

type Allocation = Pick<
  ResourceAllocation,
  "resource" | "action" | "workerId" | "amount" | "taskId" | "reason"
>;

/** What a step gave to the work and took back. */
export function resourceAllocationsOf(step: WorkStep): ResourceAllocation[] {
  const { seq, at: timestamp } = step.event;
  return [workerOf(step), moneyOf(step)]
    .filter((allocation) => allocation !== undefined)
    .map((allocation) => create(ResourceAllocationSchema, { seq, timestamp, ...allocation }));
}

function workerOf({ event, before, after }: WorkStep): Allocation | undefined {
  const { taskId, payload } = event;
  if (payload.case === "taskClaimed") {
    const { workerId } = payload.value;
    return { resource: "worker", action: "allocated", workerId, taskId };
  }
  if (before === undefined || after === undefined) return undefined;
  if (!isLeased(before) || isLeased(after)) return undefined;
  const { workerId } = taskOf(before);
  return { resource: "worker", action: "released", workerId, taskId, reason: reasonOf(event) };
}

function moneyOf({ event, freedMicros }: WorkStep): Allocation | undefined {
  const { taskId, payload } = event;
  if (payload.case === "sessionCreated" && payload.value.held !== undefined) {
    return { resource: "money", action: "allocated", amount: payload.value.held };
  }
  if (freedMicros === undefined) return undefined;
  const amount = toDollars(freedMicros);
  return { resource: "money", action: "released", amount, taskId, reason: reasonOf(event) };
}

function reasonOf({ payload }: Event): string | undefined {
  switch (payload.case) {
    case "taskReleased":
      return ReleaseReason[payload.value.reason]?.toLowerCase();
    // Who resumes a task without its worker has found that one gone.
    case "taskResumed":
      return "lease_expired";
    case "taskCompleted":
      return "completed";
    case "taskFailed":
      return "failed";
    case "taskCancelled":
      return payload.value.errorCode || "cancelled";
    case "taskTimedOut":
      return "timeout";
    default:
      return undefined;
  }
}
