import { AccountService } from "../../../../gen/parley/v1/account_service_pb.js";
import { ErasureService } from "../../../../gen/parley/v1/erasure_service_pb.js";
import { KeyService } from "../../../../gen/parley/v1/key_service_pb.js";
import { QuotaService } from "../../../../gen/parley/v1/quota_service_pb.js";
import { TaskService } from "../../../../gen/parley/v1/task_service_pb.js";
import { TicketService } from "../../../../gen/parley/v1/ticket_service_pb.js";
import { WorkerService } from "../../../../gen/parley/v1/worker_service_pb.js";
import { all, from, own, type Row, role, row } from "./row.ts";
import { must, type Preparation, type World } from "./world.ts";

const { method: tasks } = TaskService;
const { method: worker } = WorkerService;
const { method: keys } = KeyService;
const { method: accounts } = AccountService;

const changes = true;
const withTask: Preparation = async (owner, path) => {
  const { task } = must(await owner.post(`${path}/tasks`, { query: "work" }));
  return { taskId: task.task_id };
};
const withKey: Preparation = async (owner) => {
  const { key } = must(await owner.post("/api/v1/keys", { name: "k", scopes: ["keys:read"] }));
  return { keyId: key.key_id };
};
const theTask = ({ made }: World) => ({ taskId: made.taskId ?? "" });
const theKey = ({ made }: World) => ({ keyId: made.keyId ?? "" });
/** Not the worker's, whoever it is. */
const LEASE = { leaseId: "01a1fcac-e968-74bd-815e-28ec337b4f0a" };
const onTask = (world: World) => ({ ...theTask(world), ...LEASE });
const stale = role("worker", "stale_lease");

/** Who may do what with tasks, as a worker, with keys and with accounts. */
export const OTHER_ROWS: readonly Row[] = [
  row(
    tasks.submitTask,
    // In the place of a session that is not there, or is another's, it makes one.
    { ...from("collaborator"), "other user": "ok", "other tenant": "ok", admin: "ok" },
    ({ sessionId }) => ({ sessionId, query: "work" }),
    {
      changes,
      shows: ({ createdSession }) => !createdSession,
      to: ["collaborator", "owner"],
    },
  ),
  row(tasks.getTask, from("viewer", { hidden: "task_not_found" }), theTask, { prepare: withTask }),
  row(tasks.listTasks, from("viewer"), ({ sessionId }) => ({ sessionId })),
  row(tasks.listTasks, all(), () => ({}), {
    prepare: withTask,
    shows: (answer, { made }) => answer.tasks.some(({ taskId }) => taskId === made.taskId),
    to: ["owner"],
  }),
  row(tasks.cancelTask, from("collaborator", { hidden: "task_not_found" }), theTask, {
    prepare: withTask,
    changes,
  }),
  row(worker.claimTask, role("worker"), () => ({ workerId: "w", types: ["none"], waitMs: 0 })),
  row(worker.heartbeat, role("worker", "stale_lease"), onTask, { prepare: withTask }),
  row(worker.reportProgress, stale, (world) => ({ ...onTask(world), progress: 1 }), {
    prepare: withTask,
  }),
  row(worker.appendTaskOutput, stale, (world) => ({ ...onTask(world), events: [{ name: "e" }] }), {
    prepare: withTask,
  }),
  row(
    worker.publishTaskPartial,
    stale,
    (world) => ({ ...onTask(world), messageId: crypto.randomUUID(), text: "So" }),
    { prepare: withTask },
  ),
  row(worker.reportUsage, stale, (world) => ({ ...onTask(world), reports: [{ tokens: 1n }] }), {
    prepare: withTask,
  }),
  row(worker.completeTask, stale, (world) => ({ ...onTask(world), result: "r" }), {
    prepare: withTask,
  }),
  row(worker.failTask, stale, onTask, { prepare: withTask }),
  row(keys.createApiKey, all(), () => ({ name: "k", scopes: ["sessions:read"] }), { changes }),
  row(keys.listApiKeys, all(), () => ({ limit: 100 }), {
    prepare: withKey,
    shows: (answer, { made }) => answer.keys.some(({ keyId }) => keyId === made.keyId),
    to: ["owner", "admin"],
  }),
  row(keys.getApiKey, ofOwnerAndAdmin(), theKey, { prepare: withKey }),
  row(keys.rotateApiKey, ofOwnerAndAdmin(), theKey, { prepare: withKey, changes }),
  row(keys.revokeApiKey, ofOwnerAndAdmin(), theKey, { prepare: withKey, changes }),
  row(accounts.getAccount, all(), () => ({})),
  row(accounts.depositFunds, role("admin"), () => ({ userId: "x", amount: 1 }), { changes }),
  row(accounts.listLedgerEntries, all(), () => ({})),
  row(TicketService.method.createTicket, from("viewer"), ({ sessionId }) => ({ sessionId })),
  row(ErasureService.method.eraseUser, role("admin"), () => ({ userId: "nobody-at-all" }), {
    changes,
  }),
  row(ErasureService.method.getErasure, role("admin", "erasure_not_found"), () => ({
    erasureId: crypto.randomUUID(),
  })),
  row(QuotaService.method.getQuota, all(), () => ({})),
];

function ofOwnerAndAdmin(): Row["answers"] {
  return { ...own("key_not_found"), admin: "ok" };
}
