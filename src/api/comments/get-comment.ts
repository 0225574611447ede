import type { HandlerContext } from "@connectrpc/connect";
import type { GetCommentRequest } from "../../../gen/parley/v1/comment_requests_pb.js";
import type { Context } from "../../context.ts";
import { visibleComments } from "../../domain/comment-list.ts";
import { commentNotFound } from "../../domain/errors.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { commentsOf } from "./comment-log.ts";

export function getComment(context: Context) {
  return async (request: GetCommentRequest, call: HandlerContext) => {
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: 0 },
    });
    const { comments } = await commentsOf(context, reading);
    const comment = visibleComments(comments).find(
      ({ commentId }) => commentId === request.commentId,
    );
    if (comment === undefined) throw commentNotFound();
    markStale(call, reading);
    return { comment };
  };
}
