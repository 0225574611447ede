import type { RestClient } from "../support/rest.ts";
import type { Random } from "./random.ts";

/** Ids of what is there, by the names of the fields that hold them. */
export type KnownIds = Readonly<
  Record<"session_id" | "task_id" | "lease_id" | "user_id", readonly string[]>
>;

const SESSIONS = 40;
/** Of them, the last ones are runs. */
const RUNS = 10;
/** Of the tasks, so many are worked on. */
const LEASES = 30;

/** Makes sessions, runs and tasks to be hostile to. */
export async function furnish(user: RestClient, userId: string): Promise<KnownIds> {
  const roles = { "x-roles": "worker,admin" };
  await user.post(`/api/v1/accounts/${userId}/deposits`, { amount: 1_000_000 }, roles);
  const sessionIds = Array.from({ length: SESSIONS }, (_, i) => `fuzz-${i}`);
  for (const [i, session_id] of sessionIds.entries()) {
    const prompt = i < SESSIONS - RUNS ? {} : { prompt: "p", budget: { max_cost: 1 } };
    await user.post("/api/v1/sessions", { session_id, ...prompt });
  }
  const waiting = await user.post("/api/v1/tasks", { session_id: "fuzz-0", query: "q" });
  const taskIds = [waiting.body.task.task_id];
  const leaseIds = [crypto.randomUUID()];
  for (let i = 0; i < LEASES; i++) {
    const wish = { worker_id: "w", lease_seconds: 600 };
    const { body } = await user.post("/api/v1/worker/tasks/claim", wish, roles);
    taskIds.push(body.assignment.task.task_id);
    leaseIds.push(body.assignment.lease_id);
    await user.post("/api/v1/tasks", { session_id: `fuzz-${i + 1}`, query: "q" });
  }
  return { session_id: sessionIds, task_id: taskIds, lease_id: leaseIds, user_id: [userId] };
}

/** The ids with one task alone, and its lease. */
export function ofOneTask(random: Random, ids: KnownIds): KnownIds {
  const at = random.below(ids.task_id.length);
  return {
    ...ids,
    task_id: ids.task_id.slice(at, at + 1),
    lease_id: ids.lease_id.slice(at, at + 1),
  };
}
