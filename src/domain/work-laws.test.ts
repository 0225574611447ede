import { equals } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { foldEvents } from "./fold.ts";
import { toMicros } from "./money.ts";
import { hasEnded } from "./task-machine.ts";
import { NOTHING, second, sessionIn } from "./testing/work.ts";
import {
  ACT_NUMBERS,
  type Act,
  after,
  type Beginning,
  beginning,
  isTimed,
  type World,
} from "./testing/work-world.ts";
import { isRun } from "./work.ts";

const act: fc.Arbitrary<Act> = fc.record({
  first: fc.constantFrom(...ACT_NUMBERS),
  seconds: fc.nat(20),
  pick: fc.nat(40),
  flag: fc.boolean(),
});
const begun: fc.Arbitrary<Beginning> = fc.record({
  isRun: fc.boolean(),
  held: fc.constantFrom(undefined, 0, 0.02, 1),
  policy: fc.constantFrom(BudgetPolicy.WARN, BudgetPolicy.PAUSE, BudgetPolicy.FAIL),
});

const acts = fc.array(act, { minLength: 10, maxLength: 50, size: "max" });

/** Checks every world that acts lead through, with the one before it; the first one with itself. */
function always(
  check: (world: World, before: World) => void,
  checkLast?: (world: World) => void,
): void {
  fc.assert(
    fc.property(begun, acts, (start, following) => {
      let before = beginning(start);
      let world = before;
      check(world, before);
      for (const one of following) {
        before = world;
        world = after(before, one);
        check(world, before);
      }
      checkLast?.(world);
    }),
    { numRuns: 50 },
  );
}

/** Compared as it is stored. */
function same(one: Head, other: Head): void {
  if (equals(HeadSchema, one, other)) return;
  expect(one).toEqual(other);
  throw new Error("the heads differ as they are stored");
}

function sum(numbers: Iterable<bigint>): bigint {
  let total = 0n;
  for (const number of numbers) total += number;
  return total;
}

describe("whatever is decided about the work of a session", () => {
  it("follows from its log, from the first event, from the last write, and event by event", () => {
    const step = ({ head, log }: World, before: World) => {
      const fresh = log.slice(before.log.length);
      same(foldEvents(before.head, fresh), head);
      same(
        fresh.reduce((state, event) => foldEvents(state, [event]), before.head),
        head,
      );
    };
    always(step, ({ head, log }) => same(foldEvents(NOTHING, log), head));
  });

  it("never changes a task that has ended", () => {
    always(({ rows }, before) => {
      for (const [taskId, row] of before.rows) {
        if (hasEnded(row.status)) expect(rows.get(taskId)).toBe(row);
      }
    });
  });

  it("is in the rows as it is in the head", () => {
    always(({ head, rows }) => {
      const open = [...rows.values()].filter(({ endedAt }) => endedAt === undefined);
      expect(open.map(({ taskId }) => taskId).sort()).toEqual(
        head.tasks.map(({ task }) => task!.taskId).sort(),
      );
      for (const [i, { task, leaseId, readyAt, deadlineAt }] of head.tasks.entries()) {
        const offered = i === 0 && task!.status === TaskStatus.QUEUED;
        expect(rows.get(task!.taskId)).toMatchObject({
          status: task!.status,
          readyAt: offered ? timestampDate(readyAt!) : undefined,
          leaseId: leaseId === "" ? undefined : leaseId,
          deadlineAt: deadlineAt && timestampDate(deadlineAt),
          tokens: task!.totalTokens,
        });
      }
    });
  });

  it("has one task worked on at most, the first; and the session stands where that stands", () => {
    always(({ head }) => {
      const session = sessionIn(head);
      for (const { task, leaseId } of head.tasks.slice(1)) {
        expect([task!.status, leaseId]).toEqual([TaskStatus.QUEUED, ""]);
      }
      const { status = TaskStatus.UNSPECIFIED } = head.tasks[0]?.task ?? {};
      expect(head.countsAsOpen).toBe(isRun(session) && head.tasks.length > 0);
      if (isRun(session)) {
        if (head.tasks.length > 0) expect(SessionStatus[session.status]).toBe(TaskStatus[status]);
        else expect(TaskStatus[session.latestTask!.status]).toBe(SessionStatus[session.status]);
      } else if (status === TaskStatus.PAUSED) {
        expect(session.status).toBe(SessionStatus.PAUSED);
      } else {
        const idle = head.tasks.length === 0 || status === TaskStatus.QUEUED;
        expect(session.status).toBe(idle ? SessionStatus.ACTIVE : SessionStatus.RUNNING);
      }
    });
  });

  it("counts what was done and used, once", () => {
    always(({ head, rows }) => {
      const { tokensUsed, cost, taskCount } = sessionIn(head);
      const all = [...rows.values()];
      const ended = all.filter(({ endedAt }) => endedAt !== undefined);
      expect([taskCount, head.tasksEnded]).toEqual([all.length, ended.length]);
      expect(tokensUsed).toBe(sum(all.map(({ tokens }) => tokens)));
      expect(toMicros(cost)).toBe(sum(all.map(({ costMicros }) => costMicros)));
      expect(head.totals?.durationMs ?? 0n).toBe(sum(ended.map((row) => row.durationMs ?? 0n)));
      const completed = ended.filter(({ status }) => status === TaskStatus.COMPLETED);
      expect(head.tasksCompleted).toBe(completed.length);
      expect(head.totals?.completedTokens ?? 0n).toBe(sum(completed.map(({ tokens }) => tokens)));
    });
  });

  it("says what the user asks of each task that is worked on, once, and before that", () => {
    always(({ head, log }) => {
      for (let n = 1; n <= sessionIn(head).taskCount; n++) {
        const own = log.filter(({ taskId }) => taskId === `task-${n}`);
        const said = own.findIndex(({ payload }) => isQuery(payload));
        const claimedAt = own.findIndex(({ payload }) => payload.case === "taskClaimed");
        expect(own.filter(({ payload }) => isQuery(payload)).length).toBeLessThan(2);
        if (claimedAt !== -1) expect([said !== -1, said < claimedAt]).toEqual([true, true]);
        const open = head.tasks.find(({ task }) => task?.taskId === `task-${n}`);
        if (open !== undefined) expect(open.unsaid).toBe(said === -1);
      }
    });
  });
});

function isQuery(payload: World["log"][number]["payload"]): boolean {
  return payload.case === "message" && payload.value.content.startsWith("query");
}

describe("time", () => {
  it("goes on for a task from its first claim to its end, but for pauses", () => {
    const worked = new Map<string, number>();
    always((world, before) => {
      if (world === before) worked.clear();
      for (const taskId of before.rows.keys()) {
        if (!isTimed(before.head, taskId)) continue;
        worked.set(taskId, (worked.get(taskId) ?? 0) + world.now - before.now);
      }
      for (const { taskId, endedAt, durationMs, status } of world.rows.values()) {
        const seconds = worked.get(taskId) ?? 0;
        if (endedAt !== undefined) expect(Number(durationMs ?? 0n)).toBe(seconds * 1000);
        if (status === TaskStatus.TIMEOUT) expect(seconds).toBeGreaterThanOrEqual(90);
      }
      for (const { task, deadlineAt } of world.head.tasks) {
        const isLimited = task!.timeLimit !== undefined && isTimed(world.head, task!.taskId);
        const left = 90 - (worked.get(task!.taskId) ?? 0);
        const ends = isLimited ? second(world.now + Math.max(left, 0)) : undefined;
        // A deadline that has passed stays where it was.
        if (left > 0) expect(deadlineAt && timestampDate(deadlineAt)).toEqual(ends);
        else expect(deadlineAt === undefined).toBe(!isLimited);
      }
    });
  });
});

it("never leaves what is not held to nobody", () => {
  always(({ head, rows }) => {
    const [first] = head.tasks;
    if (first === undefined || first.task!.status === TaskStatus.PAUSED) return;
    const { readyAt, leaseUntil } = rows.get(first.task!.taskId)!;
    const isQueued = first.task!.status === TaskStatus.QUEUED;
    expect([readyAt !== undefined, leaseUntil !== undefined]).toEqual([isQueued, !isQueued]);
  });
});

describe("money", () => {
  it("that is held is settled once, and all sums are zero", () => {
    always(({ head, writes }) => {
      const session = sessionIn(head);
      const changes = writes.flatMap(({ account }) => account ?? []);
      const open = isRun(session) && head.tasks.length > 0;
      expect(changes).toHaveLength(isRun(session) && !open ? 1 : 0);
      if (changes.length === 0) return;
      expect(head.heldMicros).toBeUndefined();
      const moved = { available: 0n, held: 0n, spent: 0n, deposits: 0n };
      for (const { debit, credit, micros } of changes.flatMap(({ moves }) => moves)) {
        expect(micros > 0n).toBe(true);
        moved[debit] -= micros;
        moved[credit] += micros;
      }
      const held = writes[0]!.state!.heldMicros;
      const spent = held === undefined ? 0n : toMicros(session.cost);
      expect(moved).toEqual({
        held: -(held ?? 0n),
        spent,
        available: (held ?? 0n) - spent,
        deposits: 0n,
      });
    });
  });

  it("that a cancellation says is free again is what is given back", () => {
    always(({ log, writes, head }) => {
      const refunds = log.flatMap(({ payload }) =>
        payload.case === "taskCancelled" && payload.value.refund !== undefined
          ? [toMicros(payload.value.refund)]
          : [],
      );
      if (refunds.length === 0) return;
      expect(isRun(sessionIn(head))).toBe(true);
      const given = writes
        .flatMap(({ account }) => account?.moves ?? [])
        .filter(({ debit, credit }) => debit === "held" && credit === "available");
      expect(refunds).toEqual([sum(given.map(({ micros }) => micros))]);
    });
  });
});
