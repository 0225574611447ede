import type { HandlerContext } from "@connectrpc/connect";
import type { PublishPartialRequest } from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import type { Context } from "../../context.ts";
import { checkFragment } from "../../domain/fragment.ts";
import { callerOf } from "../caller.ts";

export function publishPartial(context: Context) {
  return async (request: PublishPartialRequest, call: HandlerContext) => {
    const { messageId, offset, text, sessionId: id } = request;
    const role = request.role === Role.UNSPECIFIED ? Role.ASSISTANT : request.role;
    checkFragment(request);
    const fragment = { messageId, offset, text, role };
    const principal = callerOf(call);
    return { nextOffset: await context.log.publishPartial({ principal, id, fragment }) };
  };
}
