import { randomUUID } from "node:crypto";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { TaskStatus } from "../../gen/parley/v1/task_pb.js";
import type { Journal, OfferQuery } from "../../src/journal/port.ts";
import { OFFER_MS } from "../../src/journal/tasks/port.ts";
import {
  change,
  claimed,
  completed,
  firstTask,
  happened,
  later,
  NOW,
  newTask,
  progressed,
  released,
  submitted,
  used,
  withTask,
} from "./journal-work.ts";
import { committed, deleted, numbers, restate, restated } from "./journal-writes.ts";

const SECOND = 1000;

function idOf(head: Head): string {
  return firstTask(head).taskId;
}

/**
 * What every journal does with tasks.
 * @param execute runs a statement behind the journal's back
 */
export function taskContract(
  journalOf: () => Journal,
  execute: (text: string, values: readonly unknown[]) => Promise<void>,
): void {
  const offer = async (query: Partial<OfferQuery>) => {
    const all = { tenantIds: [], types: [], agentIds: [], now: NOW, limit: 100 };
    return (await journalOf().offerTasks({ ...all, ...query })).map(({ taskId }) => taskId);
  };

  /** Only what a test has made, of everything that is due. */
  const dueOf = async (heads: readonly Head[], now: Date) => {
    const uids = heads.map(({ uid }) => uid);
    return (await journalOf().dueTasks(now, 10_000)).filter(({ uid }) => uids.includes(uid));
  };

  const renew = (head: Head, leaseId: string, now: Date, until: Date) =>
    journalOf().renewLease({ taskId: idOf(head), leaseId, now, until });

  describe("tasks", () => {
    it("are written with the session that begins with one, and found by their ids", async () => {
      const journal = journalOf();
      const head = await withTask(journal, { task: { query: "why?" } });
      const { tenantId, userId, sessionId } = head.session!;
      const task = firstTask(head);
      const place = { taskId: task.taskId, uid: head.uid, tenantId, userId, sessionId };
      expect(await journal.findTask(task.taskId)).toEqual({ ...place, task, deleted: false });
      expect(task).toMatchObject({ query: "why?", status: TaskStatus.QUEUED });
      await deleted(journal, head);
      expect(await journal.findTask(task.taskId)).toEqual({ ...place, task, deleted: true });
      const { taskId } = task;
      const strange = [randomUUID(), taskId.toUpperCase(), `{${taskId}}`, "", "\0", "no uuid"];
      for (const id of strange) expect(await journal.findTask(id)).toBeUndefined();
    });

    it("follow the events of their session", async () => {
      const journal = journalOf();
      let head = await withTask(journal);
      const id = idOf(head);
      const found = async () => (await journal.findTask(id))?.task;
      head = await happened(journal, head, claimed(randomUUID()));
      expect(await found()).toMatchObject({ status: TaskStatus.INITIALIZING, attempt: 1 });
      head = await happened(journal, head, progressed(40));
      expect(await found()).toMatchObject({ status: TaskStatus.RUNNING, progress: 40 });
      head = await happened(journal, head, used(0.5, 7n), completed(later(SECOND)));
      expect(head.tasks).toEqual([]);
      expect(await found()).toMatchObject({
        status: TaskStatus.COMPLETED,
        result: "done",
        totalTokens: 7n,
        totalCostUsd: 0.5,
        durationMs: 1000n,
      });
      expect(await dueOf([head], later(1e9))).toEqual([]);
    });

    it("are not changed where the change of their session is not made", async () => {
      const journal = journalOf();
      const head = await withTask(journal);
      const id = idOf(head);
      const [first, second] = [change(head, claimed(randomUUID())), change(head, progressed(9))];
      committed(await journal.changeSession(first));
      expect((await journal.changeSession(second)).kind).toBe("moved");
      expect((await journal.findTask(id))?.task.status).toBe(TaskStatus.INITIALIZING);
    });
  });

  describe("offering tasks", () => {
    it("gives each once, the oldest first, and again after a moment", async () => {
      const tenantId = randomUUID();
      const heads: Head[] = [];
      for (const n of [3, 1, 2]) {
        heads[n - 1] = await withTask(journalOf(), { session: { tenantId }, at: later(-n) });
      }
      const [newest, middle, oldest] = heads.map(idOf);
      const tenantIds = [tenantId];
      expect(await offer({ tenantIds, limit: 0 })).toEqual([]);
      const one = { tenantIds, types: [], agentIds: [], now: NOW, limit: 1 };
      const { sessionId, userId } = heads[2]!.session!;
      expect(await journalOf().offerTasks(one)).toEqual([
        { taskId: oldest, uid: heads[2]!.uid, tenantId, userId, sessionId },
      ]);
      expect(await offer({ tenantIds, limit: 9 })).toEqual([middle, newest]);
      expect(await offer({ tenantIds })).toEqual([]);
      expect(await offer({ tenantIds, now: later(OFFER_MS - 1) })).toEqual([]);
      const again = await offer({ tenantIds, now: later(OFFER_MS) });
      expect(again.toSorted()).toEqual([newest, middle, oldest].toSorted());
    });

    it("gives those who look at once different ones", async () => {
      const tenantId = randomUUID();
      const heads = await Promise.all(
        numbers(1, 20).map(() => withTask(journalOf(), { session: { tenantId } })),
      );
      const looks = numbers(1, 12).map(() => offer({ tenantIds: [tenantId], limit: 2 }));
      const found = (await Promise.all(looks)).flat();
      expect(found.toSorted()).toEqual(heads.map(idOf).toSorted());
    });

    it("does not give what somebody has, what waits for its turn or has to wait", async () => {
      const journal = journalOf();
      const tenantId = randomUUID();
      const tenantIds = [tenantId];
      let head = await withTask(journal, { session: { tenantId } });
      const second = newTask({ number: 2, createdAt: timestampFromDate(NOW) });
      head = await happened(journal, head, submitted(second));
      const first = idOf(head);
      head = await happened(journal, head, claimed(randomUUID()));
      expect(await offer({ tenantIds, now: later(SECOND) })).toEqual([]);
      head = await happened(journal, head, released(later(5000)));
      expect(await offer({ tenantIds, now: later(4999) })).toEqual([]);
      expect(await offer({ tenantIds, now: later(5000) })).toEqual([first]);
      head = await happened(journal, head, claimed(randomUUID(), later(6000)));
      head = await happened(journal, head, completed(later(7000)));
      expect(await offer({ tenantIds, now: later(7000) })).toEqual([second.taskId]);
      head = await happened(journal, head, claimed(randomUUID(), later(8000)));
      await happened(journal, head, completed(later(9000)));
      expect(await offer({ tenantIds, now: later(1e9) })).toEqual([]);
    });

    it("lets tenants take turns, those first that have the fewest being worked on", async () => {
      const journal = journalOf();
      const three = async (tenantId: string, age: number) => {
        const heads: Head[] = [];
        for (const n of numbers(1, 3)) {
          heads.push(await withTask(journal, { session: { tenantId }, at: later(n - age) }));
        }
        return heads.map(idOf);
      };
      const [busy, idle, old, young] = ["busy", "idle", "old", "young"].map(
        (name) => `${name} ${randomUUID()}`,
      ) as [string, string, string, string];
      const [b, i] = [await three(busy, 100), await three(idle, 10)];
      for (const _ of numbers(1, 2)) {
        const head = await withTask(journal, { session: { tenantId: busy }, at: later(-300) });
        await happened(journal, head, claimed(randomUUID()));
      }
      const tenantIds = [busy, idle];
      expect(await offer({ tenantIds, limit: 1 })).toEqual([i[0]]);
      // The busy one has two and would be given a third; so would the idle one by then.
      expect(await offer({ tenantIds, limit: 3 })).toEqual([i[1], i[2], b[0]]);
      expect(await offer({ tenantIds: [busy], limit: 1 })).toEqual([b[1]]);
      expect(await offer({ tenantIds: [] })).toEqual([]);
      const [o, y] = [await three(old, 200), await three(young, 20)];
      const five = await offer({ tenantIds: [young, old, young], limit: 5 });
      expect(five).toEqual([o[0], y[0], o[1], y[1], o[2]]);
    });

    it("gives what is asked for by type and by agent", async () => {
      const journal = journalOf();
      const tenantId = randomUUID();
      const made: Record<string, string> = {};
      let age = 100;
      for (const [type, agentId] of [
        ["a", undefined],
        ["b", "x"],
        ["a", "y"],
        ["b", "y"],
        ["c", "z"],
      ] as const) {
        const task = { type, ...(agentId !== undefined && { agentId }) };
        const head = await withTask(journal, { session: { tenantId }, task, at: later(-age--) });
        made[`${type}${agentId ?? ""}`] = idOf(head);
      }
      let now = NOW;
      const names = async (types: string[], agentIds: string[]) => {
        now = new Date(now.getTime() + OFFER_MS);
        const found = await offer({ tenantIds: [tenantId, randomUUID()], types, agentIds, now });
        return found.map((id) => Object.keys(made).find((name) => made[name] === id)).toSorted();
      };
      expect(await names([], [])).toEqual(["a", "ay", "bx", "by", "cz"]);
      expect(await names(["a"], [])).toEqual(["a", "ay"]);
      expect(await names(["a", "c", "a"], [])).toEqual(["a", "ay", "cz"]);
      expect(await names([], ["y"])).toEqual(["ay", "by"]);
      expect(await names([], ["y", "x"])).toEqual(["ay", "bx", "by"]);
      expect(await names(["b"], ["y", "x", "z"])).toEqual(["bx", "by"]);
      expect(await names(["d"], [])).toEqual([]);
      expect(await names(["a"], ["x"])).toEqual([]);
    });

    it("keeps the order across types and agents", async () => {
      const tenantId = randomUUID();
      const ids: string[] = [];
      for (const n of numbers(1, 6)) {
        const task = { type: n % 2 === 0 ? "even" : "odd", agentId: `agent-${n % 3}` };
        const at = later(n - 100);
        ids.push(idOf(await withTask(journalOf(), { session: { tenantId }, task, at })));
      }
      const tenantIds = [tenantId];
      expect(await offer({ tenantIds, types: ["odd", "even"], limit: 4 })).toEqual(ids.slice(0, 4));
      const agentIds = numbers(0, 2).map((n) => `agent-${n}`);
      const now = later(OFFER_MS - 1);
      expect(await offer({ tenantIds, agentIds, now })).toEqual(ids.slice(4));
    });

    it("leaves out sessions that were deleted or are over", async () => {
      const journal = journalOf();
      const tenantId = randomUUID();
      const of = (fields = {}) => withTask(journal, { session: { tenantId, ...fields } });
      const gone = await of();
      await deleted(journal, gone);
      const rested = await of();
      const state = restated(rested, { archivedAt: timestampFromDate(NOW) });
      const { tasks } = rested;
      committed(await journal.changeSession(restate(rested, { ...state, tasks })));
      const living = await of({ expiresAt: timestampFromDate(later(SECOND)) });
      await of({ expiresAt: timestampFromDate(NOW) });
      expect(await offer({ tenantIds: [tenantId] })).toEqual([idOf(living)]);
    });
  });

  describe("leases", () => {
    it("last as long as they are renewed in time, and no longer", async () => {
      const journal = journalOf();
      const lease = randomUUID();
      let head = await withTask(journal);
      head = await happened(journal, head, claimed(lease, NOW, 30_000));
      const found = (await journal.findTask(idOf(head)))!;
      const renewed = await renew(head, lease, later(29_999), later(40_000));
      expect(renewed).toEqual({ ...found, until: later(40_000) });
      // One that asks for less takes nothing away.
      expect(await renew(head, lease, later(30_000), later(35_000))).toMatchObject({
        until: later(40_000),
      });
      expect(await dueOf([head], later(39_999))).toEqual([]);
      const { task: _, deleted: __, ...place } = found;
      expect(await dueOf([head], later(40_000))).toEqual([
        { ...place, leaseId: lease, leaseUntil: later(40_000), deadlineAt: undefined },
      ]);
      const late = await renew(head, lease, later(40_000), later(90_000));
      expect(late).toEqual({ ...found, until: undefined });
      // Whoever was given it has a moment to act.
      expect(await dueOf([head], later(40_000 + OFFER_MS - 1))).toEqual([]);
      expect(await dueOf([head], later(40_000 + OFFER_MS))).toHaveLength(1);
    });

    it("are renewed by who has them only", async () => {
      const journal = journalOf();
      const [lost, lease] = [randomUUID(), randomUUID()];
      let head = await withTask(journal);
      const standing = async (leaseId: string) => {
        const { until, task } = (await renew(head, leaseId, later(10), later(90_000)))!;
        return [until !== undefined, task.status];
      };
      expect(await standing(lease)).toEqual([false, TaskStatus.QUEUED]);
      head = await happened(journal, head, claimed(lost));
      head = await happened(journal, head, released(NOW));
      head = await happened(journal, head, claimed(lease));
      expect(await standing(lost)).toEqual([false, TaskStatus.INITIALIZING]);
      expect(await standing("no uuid")).toEqual([false, TaskStatus.INITIALIZING]);
      expect(await dueOf([head], later(30_000))).toMatchObject([{ leaseId: lease }]);
      expect(await standing(lease)).toEqual([true, TaskStatus.INITIALIZING]);
      const ended = change(head, completed());
      committed(await journal.changeSession(ended));
      expect(await standing(lease)).toEqual([false, TaskStatus.COMPLETED]);
      const times = { now: NOW, until: later(1) };
      for (const taskId of [randomUUID(), "no uuid"]) {
        expect(await journal.renewLease({ taskId, leaseId: lease, ...times })).toBeUndefined();
      }
    });

    it("are each renewed when many are at once", async () => {
      const journal = journalOf();
      const heads = await Promise.all(
        numbers(1, 20).map(async () => {
          const lease = randomUUID();
          const head = await happened(journal, await withTask(journal), claimed(lease));
          return { head, lease };
        }),
      );
      const asked = heads.flatMap(({ head, lease }, n) => [
        renew(head, lease, later(1), later(40_000 + n)),
        renew(head, randomUUID(), later(1), later(80_000)),
        renew(head, lease, later(2), later(35_000)),
      ]);
      const answers = (await Promise.all(asked)).map((standing) => [
        standing?.uid,
        standing?.until !== undefined,
      ]);
      expect(answers).toEqual(
        heads.flatMap(({ head: { uid } }) => [
          [uid, true],
          [uid, false],
          [uid, true],
        ]),
      );
      const due = await dueOf(
        heads.map(({ head }) => head),
        later(40_009),
      );
      expect(due.map(({ leaseUntil }) => leaseUntil)).toEqual(
        numbers(0, 9).map((n) => later(40_000 + n)),
      );
    });

    it("keep what heartbeats added when the work goes on, and begin anew with another worker", async () => {
      const journal = journalOf();
      const [first, second] = [randomUUID(), randomUUID()];
      let head = await withTask(journal);
      head = await happened(journal, head, claimed(first));
      await renew(head, first, later(SECOND), later(60_000));
      head = await happened(journal, head, progressed(10, later(2 * SECOND)));
      expect(await dueOf([head], later(59_999))).toEqual([]);
      expect(await dueOf([head], later(60_000))).toMatchObject([{ leaseUntil: later(60_000) }]);
      head = await happened(journal, head, released(later(2 * SECOND)));
      expect(await dueOf([head], later(1e9))).toEqual([]);
      head = await happened(journal, head, claimed(second, later(3 * SECOND), 5000));
      expect(await dueOf([head], later(8000))).toMatchObject([
        { leaseId: second, leaseUntil: later(8000) },
      ]);
    });

    it("do not keep a task from being due when its time limit ends", async () => {
      const journal = journalOf();
      const lease = randomUUID();
      let head = await withTask(journal, { task: { timeLimit: durationFromMs(50_000) } });
      head = await happened(journal, head, claimed(lease));
      await renew(head, lease, later(SECOND), later(90_000));
      expect(await dueOf([head], later(49_999))).toEqual([]);
      const times = { leaseId: lease, leaseUntil: later(90_000), deadlineAt: later(50_000) };
      expect(await dueOf([head], later(50_000))).toMatchObject([times]);
      head = await happened(journal, head, progressed(10, later(51_000)));
      expect(await dueOf([head], later(50_000 + OFFER_MS))).toMatchObject([times]);
    });

    it("that ran out are given to one of many who look at once", async () => {
      const journal = journalOf();
      const heads = await Promise.all(
        numbers(1, 6).map(async () =>
          happened(journal, await withTask(journal), claimed(randomUUID())),
        ),
      );
      const looks = numbers(1, 6).map(() => dueOf(heads, later(31_000)));
      const found = (await Promise.all(looks)).flat().map(({ uid }) => uid);
      expect(found.toSorted()).toEqual(heads.map(({ uid }) => uid).toSorted());
      expect(await journal.dueTasks(later(1e9), 2)).toHaveLength(2);
    });
  });

  describe("lists of tasks", () => {
    it("have those of an owner or of a session, newest first", async () => {
      const journal = journalOf();
      const userId = randomUUID();
      const owner = { tenantId: "tenant-1", userId };
      const heads: Head[] = [];
      for (const n of numbers(1, 3)) {
        heads.push(await withTask(journal, { session: { userId }, at: later(n) }));
      }
      const ids = heads.map(idOf);
      const second = newTask({ number: 2, createdAt: timestampFromDate(later(2)) });
      heads[0] = await happened(journal, heads[0]!, submitted(second));
      heads[0] = await happened(journal, heads[0]!, claimed(randomUUID()));
      const list = async (of = {}) => {
        const page = await journal.listTasks({ ...owner, limit: 100, offset: 0, ...of });
        return [page.total, ...page.tasks.map(({ taskId }) => taskId)];
      };
      const two = [ids[1]!, second.taskId].toSorted();
      const all = [ids[2]!, ...two.toReversed(), ids[0]!];
      expect(await list()).toEqual([4, ...all]);
      expect(await list({ order: "asc" })).toEqual([4, ...all.toReversed()]);
      expect(await list({ limit: 2, offset: 1 })).toEqual([4, ...all.slice(1, 3)]);
      expect(await list({ offset: 9 })).toEqual([4]);
      expect(await list({ limit: 0 })).toEqual([4]);
      expect(await list({ status: TaskStatus.INITIALIZING })).toEqual([1, ids[0]]);
      const { uid } = heads[0];
      expect(await list({ uid })).toEqual([2, second.taskId, ids[0]]);
      expect(await list({ uid, order: "asc", limit: 1 })).toEqual([2, ids[0]]);
      expect(await list({ uid, status: TaskStatus.QUEUED })).toEqual([1, second.taskId]);
      expect(await list({ uid, userId: randomUUID() })).toEqual([0]);
      expect(await list({ uid, tenantId: "tenant-2" })).toEqual([0]);
      expect(await list({ userId: randomUUID() })).toEqual([0]);
      await deleted(journal, heads[0]);
      expect(await list()).toEqual([2, ids[2], ids[1]]);
      expect(await list({ uid })).toEqual([0]);
    });

    it("stop at about 4 MiB, after at least one task", async () => {
      const journal = journalOf();
      const userId = randomUUID();
      for (const [n, megabytes] of [1, 1, 1, 1, 1, 4.25].entries()) {
        const head = await withTask(journal, { session: { userId }, at: later(n) });
        // As its last field counts, the query becomes so long.
        const length = megabytes * 1024 * 1024;
        const field = new BinaryWriter().tag(6, WireType.LengthDelimited).uint32(length).finish();
        await execute(
          `UPDATE tasks SET bytes = bytes || $2::bytea || convert_to(repeat('x', $3::int), 'UTF8')
            WHERE task_id = $1`,
          [idOf(head), Buffer.from(field), length],
        );
      }
      const sizes: number[] = [];
      for (let offset = 0; offset < 6; ) {
        const query = { tenantId: "tenant-1", userId, limit: 100, offset };
        const { tasks, total } = await journal.listTasks(query);
        expect(total).toBe(6);
        sizes.push(tasks.length);
        offset += tasks.length;
      }
      expect(sizes).toEqual([1, 4, 1]);
    });
  });

  describe("a typical task", () => {
    const typicalOf = async (tenantId: string, measured: readonly [ms: number, cost: number][]) => {
      const journal = journalOf();
      const one = async ([ms, cost]: [number, number], n: number): Promise<void> => {
        const session = { tenantId, sessionType: SessionType.RESEARCH };
        const at = later(n * 1e6);
        let head = await withTask(journal, { session, task: { type: "research" }, at });
        head = await happened(journal, head, claimed(randomUUID(), at));
        const ended = later(n * 1e6 + ms);
        const use = used(cost, BigInt(ms), ended);
        await happened(journal, head, use, completed(ended));
      };
      await Promise.all(measured.map(one));
      return journal.typicalTask(tenantId, "research");
    };

    it("is the one in the middle of those that were completed", async () => {
      const tenantId = randomUUID();
      const typical = await typicalOf(tenantId, [
        [1000, 0.5],
        [9000, 0.000001],
        [3000, 0.25],
      ]);
      expect(typical).toEqual({ durationMs: 3000, costMicros: 250_000n, tokens: 3000, count: 3 });
      await withTask(journalOf(), { session: { tenantId }, task: { type: "open" } });
      expect(await journalOf().typicalTask(tenantId, "open")).toBeUndefined();
      expect(await journalOf().typicalTask(randomUUID(), "research")).toBeUndefined();
    });

    it("is told from the last hundred", async () => {
      const measured = numbers(1, 104).map((n): [number, number] => [n <= 4 ? 1e5 : n, 0]);
      const typical = await typicalOf(randomUUID(), measured);
      expect(typical).toMatchObject({ durationMs: 55, count: 100 });
    });
  });
}
