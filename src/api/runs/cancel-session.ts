import type { HandlerContext } from "@connectrpc/connect";
import {
  type CancelSessionRequest,
  CancelSessionRequestSchema,
} from "../../../gen/parley/v1/run_requests_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { decodeEvent } from "../../domain/event.ts";
import { cancelWork } from "../../domain/task-commands.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";
import { standing } from "./standing.ts";

export function cancelSession(context: Context) {
  return async (request: CancelSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, CancelSessionRequestSchema, request),
      decide(found) {
        const now = context.clock.now();
        const { head } = admit(found, principal, now, Permission.COLLABORATE);
        const options = { reason: request.reason, code: "cancelled", now } as const;
        return changeWork(context, principal, head, cancelWork(head, options));
      },
    });
    return { ...standing(written), refundAmount: refundIn(written) };
  };
}

/** As it was written, so that a retry is told the same. */
function refundIn({ events }: Written): number | undefined {
  const payloads = events.map((record) => decodeEvent(record).payload);
  const cancelled = payloads.find((payload) => payload.case === "taskCancelled");
  return cancelled?.value.refund;
}
