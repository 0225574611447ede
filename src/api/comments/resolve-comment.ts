import type { HandlerContext } from "@connectrpc/connect";
import {
  type ResolveCommentRequest,
  ResolveCommentRequestSchema,
} from "../../../gen/parley/v1/comment_requests_pb.js";
import type { Context } from "../../context.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeComment } from "./change-comment.ts";

export function resolveComment(context: Context) {
  return async (request: ResolveCommentRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const named = operationOf(context, call, principal, ResolveCommentRequestSchema, request);
    const { sessionId, commentId, resolved = true } = request;
    const comment = await changeComment(context, principal, named, {
      sessionId,
      commentId,
      payload: (comment) =>
        comment.resolved === resolved
          ? undefined
          : { case: "commentResolved", value: { commentId, resolved } },
    });
    return { comment };
  };
}
