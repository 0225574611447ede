import type { Task } from "../../gen/parley/v1/task_pb.js";
import type { Journal } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** Which tasks, of a session that was read. */
export interface TaskWish {
  /** That of their numbers. */
  readonly order: "asc" | "desc";
  readonly offset: number;
  readonly limit: number;
}

/**
 * Tasks of a session as they were at the version that was read: those that had not ended are in its
 * head, and the others do not change any more. As many as fit into about 4 MiB, at least one of a
 * page that has any.
 */
export async function readTasks(
  journal: Journal,
  { head, session }: Pick<Reading, "head" | "session">,
  { order, offset, limit }: TaskWish,
): Promise<Task[]> {
  const [first, last] = numbersOf(session.taskCount, { order, offset, limit });
  const count = last - first + 1;
  if (count <= 0) return [];
  const isWished = ({ number }: Task) => number >= first && number <= last;
  const open = new Map<number, Task>();
  for (const { task } of head.tasks) {
    if (task !== undefined && isWished(task)) open.set(task.number, task);
  }
  if (open.size === count) return inOrder(order, [...open.values()]);
  const { tenantId, userId } = session;
  const query = { tenantId, userId, uid: head.uid, order, offset, limit: count };
  const page = await journal.listTasks(query);
  // In a list that begins with the newest, those that came since take the first places.
  const since = order === "desc" ? page.total - session.taskCount : 0;
  const { tasks } =
    since > 0 ? await journal.listTasks({ ...query, offset: offset + since }) : page;
  return tasks.filter(isWished).map((task) => open.get(task.number) ?? task);
}

/** Numbers have no gaps, so a page of them is arithmetic. */
function numbersOf(count: number, { order, offset, limit }: TaskWish): [number, number] {
  if (order === "asc") return [offset + 1, Math.min(offset + limit, count)];
  return [Math.max(count - offset - limit, 0) + 1, count - offset];
}

function inOrder(order: TaskWish["order"], tasks: readonly Task[]): Task[] {
  const sign = order === "asc" ? 1 : -1;
  return tasks.toSorted((one, other) => sign * (one.number - other.number));
}
