import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Event } from "../../../gen/parley/v1/event_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type ClaimTaskRequest,
  ClaimTaskRequestSchema,
} from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { ParleyError } from "../../domain/errors.ts";
import { decodeEvent } from "../../domain/event.ts";
import type { Principal } from "../../domain/principal.ts";
import { ownerOf } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { claim } from "../../domain/task-commands.ts";
import { findOpenTask } from "../../domain/work.ts";
import type { TaskPlace } from "../../journal/port.ts";
import { refuseOther } from "../../log/write-session.ts";
import { type NamedOperation, operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";
import { DEFAULT_LEASE_S } from "./lease.ts";
import { mayServe, workerOf } from "./worker.ts";

/**
 * Between two looks for work that another replica has made ready, in milliseconds; what this
 * one has is told at once.
 */
const LOOK_MS = 500;

export function claimTask(context: Context) {
  return async (request: ClaimTaskRequest, call: HandlerContext) => {
    const worker = workerOf(call);
    const named = operationOf(context, call, worker, ClaimTaskRequestSchema, request);
    const before = await repeated(context, named);
    if (before !== undefined) return before;
    const until = context.clock.monotonic() + request.waitMs;
    const { signal } = call;
    for (;;) {
      const assignment = await takeOne(context, worker, request, named);
      if (assignment !== undefined) return { assignment };
      const left = until - context.clock.monotonic();
      if (left <= 0 || context.shutdown.aborted) return {};
      await context.log.awaitTask(Math.min(left, LOOK_MS), signal);
      // Whoever has left would not hear of what is claimed, and it would wait out its lease.
      if (signal.aborted) return {};
    }
  };
}

/** A claim that was made before under the same name: its worker lost the answer. */
async function repeated(context: Context, { operation, retryable }: NamedOperation) {
  const receipt = retryable ? await context.log.findReceipt(operation) : undefined;
  if (receipt === undefined) return undefined;
  refuseOther(receipt, operation);
  const events = (await context.log.eventsOf(receipt)).map(decodeEvent);
  const claimed = claimIn(events);
  const found = await context.log.findTask(claimed.taskId ?? "");
  if (found === undefined || receipt.head === undefined) return {};
  return { assignment: assignmentOf(claimed, receipt.head) };
}

async function takeOne(
  context: Context,
  worker: Principal,
  request: ClaimTaskRequest,
  named: NamedOperation,
) {
  const tenantIds = tenantsOf(worker, request);
  const { types, agentIds } = request;
  // Whoever is offered one has it for a moment alone; it is gone only where its owner ended it.
  for (;;) {
    const now = context.clock.now();
    const query = { tenantIds, types, agentIds, now, limit: 1 };
    const [offer] = await context.log.offerTasks(query);
    if (offer === undefined) return undefined;
    const assignment = await take(context, worker, request, named, offer);
    if (assignment !== undefined) return assignment;
  }
}

async function take(
  context: Context,
  worker: Principal,
  request: ClaimTaskRequest,
  named: NamedOperation,
  offer: TaskPlace,
) {
  const seconds = request.leaseSeconds ?? DEFAULT_LEASE_S;
  try {
    const { head, events } = await context.log.write({
      principal: ownerOf(offer),
      id: offer.sessionId,
      operation: named.operation,
      retryable: false,
      confirmed: true,
      decide(found) {
        const now = context.clock.now();
        const { head } = admit(found, ownerOf(offer), now, Permission.OWN);
        const leaseUntil = new Date(now.getTime() + seconds * 1000);
        const { workerId } = request;
        const drafts = claim(head, { taskId: offer.taskId, workerId, leaseUntil });
        return drafts && changeWork(context, worker, head, drafts);
      },
    });
    if (events.length === 0 || head === undefined) return undefined;
    return assignmentOf(claimIn(events.map(decodeEvent)), head);
  } catch (error) {
    const gone = ["session_not_found", "session_expired"];
    if (error instanceof ParleyError && gone.includes(error.reason)) return undefined;
    throw error;
  }
}

function tenantsOf(worker: Principal, { tenantIds }: ClaimTaskRequest): readonly string[] {
  const asked = tenantIds.length === 0 ? [worker.tenantId] : tenantIds;
  if (asked.every((tenantId) => mayServe(worker, tenantId))) return asked;
  throw new ParleyError("scope_denied", "tasks of other tenants are not for this worker");
}

function claimIn(events: readonly Event[]): Event {
  const claimed = events.find(({ payload }) => payload.case === "taskClaimed");
  if (claimed === undefined) throw new Error("a claim left no event");
  return claimed;
}

function assignmentOf(claimed: Event, head: Parameters<typeof sessionView>[0]) {
  const { eventId, payload, taskId = "", at } = claimed;
  const open = head && findOpenTask(head, taskId);
  const until = payload.case === "taskClaimed" ? payload.value.leaseExpiresAt : undefined;
  return {
    task: open?.task,
    leaseId: eventId,
    leaseExpiresAt: until ?? at ?? timestampFromDate(new Date(0)),
    session: sessionView(head),
  };
}
