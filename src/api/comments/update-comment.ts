import type { HandlerContext } from "@connectrpc/connect";
import type { Comment } from "../../../gen/parley/v1/comment_pb.js";
import {
  type UpdateCommentRequest,
  UpdateCommentRequestSchema,
} from "../../../gen/parley/v1/comment_requests_pb.js";
import type { Context } from "../../context.ts";
import { isAuthor, notYourComment, refuseBlankComment } from "../../domain/comment-rules.ts";
import type { EventDraft } from "../../domain/event.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { changeComment } from "./change-comment.ts";

export function updateComment(context: Context) {
  return async (request: UpdateCommentRequest, call: HandlerContext) => {
    if (request.content !== undefined) refuseBlankComment(request.content);
    const principal = callerOf(call);
    const named = operationOf(context, call, principal, UpdateCommentRequestSchema, request);
    const comment = await changeComment(context, principal, named, {
      sessionId: request.sessionId,
      commentId: request.commentId,
      payload(comment) {
        if (!isAuthor(comment, principal)) throw notYourComment();
        return edited(comment, request);
      },
    });
    return { comment };
  };
}

/** Only what is another than before; undefined if nothing is. */
function edited(
  comment: Comment,
  request: UpdateCommentRequest,
): EventDraft["payload"] | undefined {
  const content = request.content === comment.content ? undefined : request.content;
  const commentType = request.commentType === comment.commentType ? 0 : request.commentType;
  if (content === undefined && commentType === 0) return undefined;
  const { commentId } = comment;
  return { case: "commentEdited", value: { commentId, content, commentType } };
}
