import type { HandlerContext } from "@connectrpc/connect";
import type { PublishPartialRequest } from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import type { Context } from "../../context.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { callerOf } from "../caller.ts";

/** Longest text of a message that is being written, in UTF-16 code units. */
const MAX_TEXT_UNITS = 1_048_576;

export function publishPartial(context: Context) {
  return async (request: PublishPartialRequest, call: HandlerContext) => {
    const { messageId, offset, text, sessionId: id } = request;
    const role = request.role === Role.UNSPECIFIED ? Role.ASSISTANT : request.role;
    checkText(request);
    const fragment = { messageId, offset, text, role };
    const principal = callerOf(call);
    return { nextOffset: await context.log.publishPartial({ principal, id, fragment }) };
  };
}

function checkText({ offset, text }: PublishPartialRequest): void {
  if (!text.isWellFormed())
    throw invalidArgument("text", "must not begin or end inside a character");
  if (offset + text.length <= MAX_TEXT_UNITS) return;
  const description = `must not end behind ${MAX_TEXT_UNITS} UTF-16 code units`;
  throw new ParleyError("payload_too_large", `text: ${description}`, {
    violations: [{ field: "text", description }],
  });
}
