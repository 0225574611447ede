import type { HandlerContext } from "@connectrpc/connect";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import type { PublishTaskPartialRequest } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { staleLease } from "../../domain/errors.ts";
import { checkFragment } from "../../domain/fragment.ts";
import { ownerOf, renew } from "./lease.ts";
import { workerOf } from "./worker.ts";

export function publishTaskPartial(context: Context) {
  return async (request: PublishTaskPartialRequest, call: HandlerContext) => {
    const { messageId, offset, text } = request;
    checkFragment(request);
    const place = await renew(context, workerOf(call), request);
    if (!place.renewed || place.deleted) throw staleLease();
    const nextOffset = await context.log.publishPartial({
      principal: ownerOf(place),
      id: place.sessionId,
      fragment: { messageId, offset, text, role: Role.ASSISTANT },
    });
    return { nextOffset };
  };
}
