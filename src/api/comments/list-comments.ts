import type { HandlerContext } from "@connectrpc/connect";
import { CommentType } from "../../../gen/parley/v1/comment_event_pb.js";
import type { ListCommentsRequest } from "../../../gen/parley/v1/comment_requests_pb.js";
import type { Context } from "../../context.ts";
import {
  type CommentFilter,
  matchesFilter,
  pageOfComments,
  visibleComments,
} from "../../domain/comment-list.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { offsetOf } from "../paging.ts";
import { commentsOf } from "./comment-log.ts";

const DEFAULT_LIMIT = 50;

export function listComments(context: Context) {
  return async (request: ListCommentsRequest, call: HandlerContext) => {
    const limit = request.limit ?? DEFAULT_LIMIT;
    const offset = offsetOf(request, limit);
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: 0 },
    });
    const { comments } = await commentsOf(context, reading);
    const filter = filterOf(request);
    const all = visibleComments(comments).filter((comment) => matchesFilter(comment, filter));
    const page = pageOfComments(all, offset, limit);
    markStale(call, reading);
    return {
      comments: page,
      total: all.length,
      limit,
      offset,
      hasMore: offset + page.length < all.length,
      version: reading.session.version,
    };
  };
}

function filterOf(request: ListCommentsRequest): CommentFilter {
  const { commentType, resolved, author, threadId, replyTo } = request;
  return {
    commentType: commentType === CommentType.UNSPECIFIED ? undefined : commentType,
    resolved,
    author,
    threadId,
    replyTo,
  };
}
