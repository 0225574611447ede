import type { HandlerContext } from "@connectrpc/connect";
import {
  type AppendTaskOutputRequest,
  AppendTaskOutputRequestSchema,
} from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { append } from "../../domain/append.ts";
import { invalidArgument } from "../../domain/errors.ts";
import { decodeEvent } from "../../domain/event.ts";
import { refuseFullLog } from "../../domain/event-limits.ts";
import { messageOf } from "../../domain/message.ts";
import { agentEvents, messageEvents } from "../appended.ts";
import { callerOf } from "../caller.ts";
import { writeForTask } from "./lease.ts";

export function appendTaskOutput(context: Context) {
  return async (request: AppendTaskOutputRequest, call: HandlerContext) => {
    const { taskId, messages, events } = request;
    if (messages.length + events.length === 0) {
      throw invalidArgument("messages", "or events must be given");
    }
    const worker = callerOf(call);
    const added = [
      ...messageEvents(context, worker, messages, taskId),
      ...agentEvents(context, worker, events, taskId),
    ];
    const closes = messages.flatMap(({ messageId }) => messageId ?? []);
    const schema = AppendTaskOutputRequestSchema;
    const written = await writeForTask(context, call, schema, request, {
      closes,
      decide(head) {
        refuseFullLog(head.session!, added);
        return append(head, added);
      },
    });
    return {
      messages: written.events.flatMap((record) => messageOf(decodeEvent(record)) ?? []),
      version: written.events.at(-1)?.seq ?? 0,
    };
  };
}
