import type { HandlerContext } from "@connectrpc/connect";
import {
  type ReportProgressRequest,
  ReportProgressRequestSchema,
} from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { progress } from "../../domain/task-commands.ts";
import { changeTask, signalIn } from "./lease.ts";

export function reportProgress(context: Context) {
  return async (request: ReportProgressRequest, call: HandlerContext) => {
    const schema = ReportProgressRequestSchema;
    const written = await changeTask(context, call, schema, request, (_head, open) =>
      progress(open, request),
    );
    return { signal: signalIn(written, request.taskId) };
  };
}
