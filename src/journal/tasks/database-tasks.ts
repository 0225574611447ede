import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import { dueTasks } from "./due-tasks.ts";
import { findTask } from "./find-task.ts";
import { lastCompletion } from "./last-completion.ts";
import { listTasks } from "./list-tasks.ts";
import { offerTasks } from "./offer-tasks.ts";
import type { Tasks } from "./port.ts";
import { prepareRenewLease } from "./renew-lease.ts";
import { typicalTask } from "./typical-task.ts";

/** Tasks over SQL. */
export function tasksOver(lane: Lane, guarded: Guarded): Tasks {
  const renewLease = prepareRenewLease(lane);
  return {
    offerTasks: (query) => guarded(() => offerTasks(lane, query)),
    renewLease: (renewal) => guarded(() => renewLease(renewal)),
    dueTasks: (now, limit) => guarded(() => dueTasks(lane, now, limit)),
    findTask: (taskId) => guarded(() => findTask(lane, taskId)),
    listTasks: (query) => guarded(() => listTasks(lane, query)),
    lastCompletion: (uid) => guarded(() => lastCompletion(lane, uid)),
    typicalTask: (tenantId, type) => guarded(() => typicalTask(lane, tenantId, type)),
  };
}
