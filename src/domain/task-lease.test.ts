import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import { OnBusy } from "../../gen/parley/v1/task_requests_pb.js";
import { cancelWork, pauseWork } from "./task-control.ts";
import { claim, expireTask, requireLease } from "./task-lease.ts";
import { submission } from "./task-submission.ts";
import { reasonOf } from "./testing/refusal.ts";
import {
  claimed,
  conversation,
  kinds,
  newTask,
  run,
  running,
  second,
  secondStamp,
  written,
} from "./testing/work.ts";

const two = [1, 2].reduce(
  (head, n) => written(head, n, ...submission(head, newTask(n, n), OnBusy.ENQUEUE)),
  conversation(),
);
const cancelled = (head: Head, at: number) =>
  written(head, at, ...cancelWork(head, { code: "cancelled", now: second(at) }));
const wish = (n: number) => ({ taskId: `task-${n}`, workerId: "w", leaseUntil: second(60) });

describe("a claim", () => {
  it("gives the task to a worker, as the next attempt", () => {
    expect(claim(run(), wish(1))).toEqual([
      {
        taskId: "task-1",
        payload: {
          case: "taskClaimed",
          value: { workerId: "w", leaseExpiresAt: secondStamp(60), attempt: 1 },
        },
      },
    ]);
    const [lost] = expireTask(claimed(run(), 1).tasks[0]!, over(31));
    const again = written(claimed(run(), 1), 31, lost!);
    expect(claim(again, wish(1))).toMatchObject([{ payload: { value: { attempt: 2 } } }]);
  });

  it("says what the user asks of a task that had to wait, once", () => {
    expect(kinds(claim(two, wish(1)))).toEqual(["taskClaimed"]);
    const next = cancelled(two, 5);
    expect(claim(next, wish(2))).toMatchObject([
      {
        taskId: "task-2",
        payload: { case: "message", value: { role: Role.USER, content: "query 2" } },
      },
      { taskId: "task-2", payload: { case: "taskClaimed" } },
    ]);
    const taken = written(next, 6, ...(claim(next, wish(2)) ?? []));
    const [released] = expireTask(taken.tasks[0]!, over(60));
    expect(kinds(claim(written(taken, 60, released!), wish(2)))).toEqual(["taskClaimed"]);
  });

  it("is of nothing where the task is not to be had any more", () => {
    for (const [head, n] of [
      [two, 2],
      [two, 3],
      [claimed(two, 3), 1],
      [running(two, 3), 1],
      [cancelled(two, 3), 1],
      [conversation(), 1],
    ] as const) {
      expect(claim(head, wish(n))).toBeUndefined();
    }
  });
});

describe("a lease", () => {
  it("is the task's until the task is another's or over", () => {
    const taken = claimed(two, 3);
    const lease = taken.tasks[0]!.leaseId;
    expect(requireLease(taken, "task-1", lease)).toBe(taken.tasks[0]);
    const stale = [
      () => requireLease(taken, "task-1", "another"),
      () => requireLease(taken, "task-2", lease),
      () => requireLease(taken, "task-2", ""),
      () => requireLease(two, "task-1", ""),
      () => requireLease(cancelled(taken, 4), "task-1", lease),
      () => requireLease(claimed(cancelled(taken, 4), 5), "task-1", lease),
    ];
    for (const attempt of stale) expect(reasonOf(attempt)).toBe("stale_lease");
  });
});

/** All times of a row are over at a second. */
function over(at: number) {
  return { now: second(at), leaseUntil: second(at), deadlineAt: second(at) };
}

describe("a task whose time is over", () => {
  const taken = claimed(run(), 1).tasks[0]!;

  it("is offered again if its worker is lost and it may be tried again", () => {
    expect(expireTask(taken, over(31))).toEqual([
      {
        taskId: "task-1",
        payload: {
          case: "taskReleased",
          value: {
            reason: ReleaseReason.LEASE_EXPIRED,
            workerId: "w",
            readyAt: secondStamp(31),
          },
        },
      },
    ]);
    const last = claimed(run({}, { task: { maxAttempts: 1 } }), 1).tasks[0]!;
    expect(expireTask(last, over(31))).toMatchObject([
      { payload: { case: "taskFailed", value: { errorCode: "worker_lost" } } },
    ]);
  });

  it("times out, whether it has a worker or waits for another", () => {
    expect(kinds(expireTask(taken, over(101)))).toEqual(["taskTimedOut"]);
    const [released] = expireTask(taken, over(31));
    const waiting = written(claimed(run(), 1), 31, released!).tasks[0]!;
    expect(expireTask(waiting, over(100))).toEqual([]);
    expect(kinds(expireTask(waiting, over(101)))).toEqual(["taskTimedOut"]);
  });

  it("does not time out while it is paused, but can lose its worker", () => {
    const on = running(run(), 1);
    const paused = written(on, 2, ...pauseWork(on, { pausable: true }));
    const [lost] = expireTask(paused.tasks[0]!, over(500));
    expect(kinds([lost!])).toEqual(["taskReleased"]);
    expect(expireTask(written(paused, 500, lost!).tasks[0]!, over(900))).toEqual([]);
  });

  it("is left alone while the row or the head says that there is time", () => {
    const none = { leaseUntil: undefined, deadlineAt: undefined };
    expect(expireTask(taken, { now: second(500), ...none })).toEqual([]);
    expect(expireTask(taken, over(30))).toEqual([]);
    const beats = { now: second(50), leaseUntil: second(70), deadlineAt: second(101) };
    expect(expireTask(taken, beats)).toEqual([]);
    expect(expireTask(run().tasks[0]!, over(500))).toEqual([]);
    // The row was read before the task was claimed anew.
    const stale = { now: second(45), leaseUntil: second(31), deadlineAt: second(101) };
    const [released] = expireTask(taken, over(31));
    const again = claimed(written(claimed(run(), 1), 31, released!), 40);
    expect(expireTask(again.tasks[0]!, stale)).toEqual([]);
  });
});
