import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { type HeartbeatRequest, WorkerSignal } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { staleLease } from "../../domain/errors.ts";
import { hasEnded } from "../../domain/task-machine.ts";
import { DEFAULT_LEASE_S, renew, signalOf } from "./lease.ts";
import { workerOf } from "./worker.ts";

/** One statement, and no event: that a worker lives is nothing to be remembered. */
export function heartbeat(context: Context) {
  return async (request: HeartbeatRequest, call: HandlerContext) => {
    const seconds = request.leaseSeconds ?? DEFAULT_LEASE_S;
    const { renewed, task, deleted, until } = await renew(
      context,
      workerOf(call),
      request,
      seconds,
    );
    if (deleted || hasEnded(task.status)) return { signal: WorkerSignal.CANCEL };
    if (!renewed) throw staleLease();
    return { signal: signalOf(task), leaseExpiresAt: timestampFromDate(until!) };
  };
}
