import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { TaskSchema, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { OnBusy } from "../../gen/parley/v1/task_requests_pb.js";
import { cancelAll, claim, complete, submission } from "./task-commands.ts";
import {
  claimed,
  conversation,
  decided,
  newTask,
  running,
  second,
  secondStamp,
  taskDraft,
} from "./testing/work.ts";
import type { WorkDraft } from "./work-draft.ts";

/** The records that drafts change, by their tasks. */
function records(head: Head, at: number, drafts: readonly WorkDraft[]) {
  const { tasks = [] } = decided(head, at, drafts);
  return new Map(tasks.map((record) => [record.taskId, record]));
}

function queue(...numbers: number[]): Head {
  return numbers.reduce(
    (head, n) => decided(head, n, submission(head, newTask(n, n), OnBusy.ENQUEUE)).state,
    conversation(),
  );
}

const result = { result: "r", citations: [] };

describe("the record of a task", () => {
  it("is ready where it is the task's turn", () => {
    const task = newTask(1, 1, { agentId: "a", type: "chat" });
    const first = records(conversation(), 1, submission(conversation(), task, OnBusy.ENQUEUE));
    expect(first.get("task-1")).toMatchObject({
      number: 1,
      type: "chat",
      agentId: "a",
      status: TaskStatus.QUEUED,
      readyAt: second(1),
      createdAt: second(1),
      tokens: 0n,
      costMicros: 0n,
    });
    const head = queue(1);
    const waiting = records(head, 2, submission(head, newTask(2, 2), OnBusy.ENQUEUE));
    expect([...waiting.keys()]).toEqual(["task-2"]);
    expect(waiting.get("task-2")?.readyAt).toBeUndefined();
  });

  it("has the lease and the deadline of what is worked on", () => {
    const head = queue(1);
    const wish = { taskId: "task-1", workerId: "w", leaseUntil: second(40) };
    const { tasks, state } = decided(head, 10, claim(head, wish) ?? []);
    expect(tasks).toMatchObject([
      {
        status: TaskStatus.INITIALIZING,
        leaseId: state.tasks[0]?.leaseId,
        leaseUntil: second(40),
        deadlineAt: second(110),
      },
    ]);
    expect([tasks?.[0]?.readyAt, tasks?.[0]?.endedAt]).toEqual([undefined, undefined]);
  });

  it("of the next is written with the end of the one before", () => {
    const head = running(queue(1, 2, 3), 5);
    const changed = records(head, 9, complete(head, head.tasks[0]!, { ...COMPLETION, ...result }));
    expect([...changed.keys()]).toEqual(["task-1", "task-2"]);
    expect(changed.get("task-1")).toMatchObject({
      status: TaskStatus.COMPLETED,
      endedAt: second(9),
      durationMs: 4000n,
      leaseId: undefined,
      leaseUntil: undefined,
      deadlineAt: undefined,
    });
    expect(changed.get("task-2")).toMatchObject({ status: TaskStatus.QUEUED, readyAt: second(9) });
  });

  it("of one that is displaced says that it is not to be had", () => {
    const head = queue(1);
    const changed = records(head, 2, submission(head, newTask(2, 2), OnBusy.INTERRUPT));
    expect(changed.get("task-1")?.readyAt).toBeUndefined();
    expect(changed.get("task-2")?.readyAt).toEqual(second(2));
  });

  it("of what waits for another attempt is ready when that is due, and not while it is held", () => {
    const release = (head: Head) =>
      taskDraft(head, {
        case: "taskReleased",
        value: { reason: ReleaseReason.FAILED, readyAt: secondStamp(60) },
      });
    const taken = claimed(queue(1), 2);
    expect(records(taken, 3, [release(taken)]).get("task-1")).toMatchObject({
      readyAt: second(60),
      leaseId: undefined,
      leaseUntil: undefined,
      deadlineAt: second(102),
    });
    const on = running(queue(1), 2);
    const held = decided(on, 3, [taskDraft(on, { case: "taskPaused", value: {} })]).state;
    expect(records(held, 4, [release(held)]).get("task-1")).toMatchObject({
      status: TaskStatus.PAUSED,
      readyAt: undefined,
      deadlineAt: undefined,
    });
  });

  it("is written of whatever ends, and of nothing that stays as it is", () => {
    const head = queue(1, 2, 3);
    const all = records(head, 9, cancelAll(head, { code: "deleted", now: second(9) }));
    expect([...all.values()].map(({ status }) => status)).toEqual(
      Array(3).fill(TaskStatus.CANCELLED),
    );
    const untouched = decided(head, 9, [{ taskId: undefined, payload: SAID }]);
    expect("tasks" in untouched).toBe(false);
  });

  it("is written of what begins and ends in one write", () => {
    const drafts = submission(conversation(), newTask(1, 1), OnBusy.ENQUEUE);
    const cancelled: WorkDraft = {
      taskId: "task-1",
      payload: { case: "taskCancelled", value: { errorCode: "cancelled" } },
    };
    const changed = records(conversation(), 1, [...drafts, cancelled]);
    expect(changed.get("task-1")).toMatchObject({
      status: TaskStatus.CANCELLED,
      endedAt: second(1),
    });
  });

  it("holds the task as its readers see it", () => {
    const head = running(queue(1), 2);
    const used = { model: "m", tokens: 5n, cost: 0.25 };
    const { tasks } = decided(head, 3, [taskDraft(head, { case: "usageReported", value: used })]);
    expect(tasks).toMatchObject([{ tokens: 5n, costMicros: 250_000n }]);
    expect(fromBinary(TaskSchema, tasks![0]!.bytes)).toMatchObject({
      taskId: "task-1",
      query: "query 1",
      status: TaskStatus.RUNNING,
      totalTokens: 5n,
      totalCostUsd: 0.25,
    });
  });
});

const COMPLETION = { citations: [], result: "" };
const SAID = { case: "message" as const, value: { content: "hi" } };
