import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { type Task, TaskSchema, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import type { TaskQuery } from "../journal/port.ts";
import { readTasks, type TaskWish } from "./read-tasks.ts";
import { scriptedJournal } from "./testing/scripted-journal.ts";
import { headAt, OWNER, UID } from "./testing/sessions.ts";

const task = (number: number, status: TaskStatus) =>
  create(TaskSchema, { taskId: `t${number}`, number, status });
const tasks = (from: number, to: number, status: TaskStatus) =>
  Array.from({ length: to - from + 1 }, (_, i) => task(from + i, status));

/** The head has ten tasks, the last two of them open; the journal has gone on since. */
function session() {
  const asked: TaskQuery[] = [];
  const { session } = headAt(30, { taskCount: 10 });
  const open = tasks(9, 10, TaskStatus.RUNNING).map((task) => ({ task }));
  const head = create(HeadSchema, { uid: UID, session: session!, tasks: open.toReversed() });
  const rows = tasks(1, 12, TaskStatus.COMPLETED);
  const journal = scriptedJournal([]);
  journal.listTasks = async (query) => {
    asked.push(query);
    const ordered = query.order === "asc" ? rows : rows.toReversed();
    const page = ordered.slice(query.offset, query.offset + query.limit);
    return { tasks: page, total: rows.length };
  };
  const read = (wish: Partial<TaskWish>) =>
    readTasks(
      journal,
      { head, session: head.session! },
      { order: "asc", offset: 0, limit: 5, ...wish },
    );
  return { read, asked };
}

const told = (given: readonly Task[]) =>
  given.map(({ number, status }) => (status === TaskStatus.RUNNING ? -number : number));

it.each<[Partial<TaskWish>, number[]]>([
  [{}, [1, 2, 3, 4, 5]],
  [{ offset: 6 }, [7, 8, -9, -10]],
  [{ offset: 10 }, []],
  [{ limit: 0 }, []],
  [{ order: "desc" }, [-10, -9, 8, 7, 6]],
  [{ order: "desc", offset: 8 }, [2, 1]],
  [{ order: "desc", offset: 11 }, []],
])("%o are those of the version that was read, as they were then", async (wish, numbers) => {
  const { read, asked } = session();
  expect(told(await read(wish))).toEqual(numbers);
  const { tenantId, userId } = OWNER;
  for (const query of asked) expect(query).toMatchObject({ tenantId, userId, uid: UID });
});

it.each<[Partial<TaskWish>, number[]]>([
  [{ offset: 8 }, [-9, -10]],
  [{ offset: 8, limit: 1 }, [-9]],
  [{ order: "desc", limit: 2 }, [-10, -9]],
])("%o are in the head: the journal is asked nothing", async (wish, numbers) => {
  const { read, asked } = session();
  expect(told(await read(wish))).toEqual(numbers);
  expect(asked).toEqual([]);
});
