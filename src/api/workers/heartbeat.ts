import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { type HeartbeatRequest, WorkerSignal } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { staleLease } from "../../domain/errors.ts";
import { hasEnded } from "../../domain/task-machine.ts";
import { renew, signalOf } from "./lease.ts";
import { workerOf } from "./worker.ts";

/** One statement, and no event: that a worker lives is nothing to be remembered. */
export function heartbeat(context: Context) {
  return async (request: HeartbeatRequest, call: HandlerContext) => {
    const standing = await renew(context, workerOf(call), request, request.leaseSeconds);
    const { task, deleted, until } = standing;
    if (deleted || hasEnded(task.status)) return { signal: WorkerSignal.CANCEL };
    if (until === undefined) throw staleLease();
    return { signal: signalOf(task), leaseExpiresAt: timestampFromDate(until) };
  };
}
