import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head, OpenTask } from "../../../gen/parley/store/v1/head_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import { type Task, TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import { WorkerSignal } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import type { Decision } from "../../domain/decision.ts";
import { ParleyError, staleLease, taskNotFound } from "../../domain/errors.ts";
import { ownerOf, type Principal } from "../../domain/principal.ts";
import { requireLease, type WorkDraft } from "../../domain/task-commands.ts";
import { findOpenTask } from "../../domain/work.ts";
import type { LeaseStanding, TaskPlace } from "../../journal/port.ts";
import type { Written } from "../../log/write-session.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";
import { mayServe, workerOf } from "./worker.ts";

/** How long a lease lasts where the worker does not say, in seconds. */
export const DEFAULT_LEASE_S = 30;

interface Leased {
  readonly taskId: string;
  readonly leaseId: string;
}

/**
 * Lets the lease last from now on; whatever a worker does for a task does.
 * @param seconds how long; undefined: as long as it said last
 */
export async function renew(
  context: Context,
  worker: Principal,
  { taskId, leaseId }: Leased,
  seconds?: number,
): Promise<LeaseStanding> {
  const now = context.clock.now();
  const until = seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
  const standing = await context.log.renewLease({ taskId, leaseId, now, until });
  if (standing === undefined || !mayServe(worker, standing.tenantId)) throw taskNotFound();
  return standing;
}

type LeasedRequest = Message & Leased & { readonly requestId: string };

/** The session's head and the task in it, where the lease is still the worker's. */
export function admitWorker(
  context: Context,
  found: Head | undefined,
  place: TaskPlace,
  { taskId, leaseId }: Leased,
): { readonly head: Head; readonly open: OpenTask } {
  try {
    const { head } = admit(found, ownerOf(place), context.clock.now(), Permission.OWN);
    if (head.uid === place.uid) return { head, open: requireLease(head, taskId, leaseId) };
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
  }
  // What has become of the session is its owner's business.
  throw staleLease();
}

/** Writes what a worker says about its task, in the name of the session's owner. */
export async function writeForTask<T extends LeasedRequest>(
  context: Context,
  call: HandlerContext,
  schema: DescMessage,
  request: T,
  write: {
    readonly closes?: readonly string[];
    decide(head: Head, open: OpenTask, worker: Principal): Decision;
  },
): Promise<Written> {
  const worker = workerOf(call);
  const place = await renew(context, worker, request);
  return context.log.write({
    principal: ownerOf(place),
    id: place.sessionId,
    ...operationOf(context, call, worker, schema, request),
    ...(write.closes && { closes: write.closes }),
    decide(found) {
      const { head, open } = admitWorker(context, found, place, request);
      return write.decide(head, open, worker);
    },
  });
}

/** The same for what changes the work. */
export function changeTask<T extends LeasedRequest>(
  context: Context,
  call: HandlerContext,
  schema: DescMessage,
  request: T,
  decide: (head: Head, open: OpenTask) => readonly WorkDraft[],
) {
  return writeForTask(context, call, schema, request, {
    decide: (head, open, worker) => changeWork(context, worker, head, decide(head, open)),
  });
}

/** What a worker is to do, by how its task stands after a write. */
export function signalIn({ head }: Written, taskId: string): WorkerSignal {
  const open = head && findOpenTask(head, taskId);
  return open?.task === undefined ? WorkerSignal.CANCEL : signalOf(open.task);
}

export function signalOf({ status }: Task): WorkerSignal {
  switch (status) {
    case TaskStatus.INITIALIZING:
    case TaskStatus.RUNNING:
      return WorkerSignal.CONTINUE;
    case TaskStatus.PAUSED:
      return WorkerSignal.PAUSE;
    default:
      return WorkerSignal.CANCEL;
  }
}

/** The task as it stands now. */
export async function taskNow(context: Context, taskId: string): Promise<Task> {
  const found = await context.log.findTask(taskId);
  if (found === undefined) throw taskNotFound();
  return found.task;
}
