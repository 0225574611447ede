import type { ServiceImpl } from "@connectrpc/connect";
import type { CommentService } from "../../../gen/parley/v1/comment_service_pb.js";
import type { Context } from "../../context.ts";
import { addComment } from "./add-comment.ts";
import { deleteComment } from "./delete-comment.ts";
import { getComment } from "./get-comment.ts";
import { listComments } from "./list-comments.ts";
import { resolveComment } from "./resolve-comment.ts";
import { updateComment } from "./update-comment.ts";

export function commentService(context: Context) {
  return {
    addComment: addComment(context),
    listComments: listComments(context),
    getComment: getComment(context),
    updateComment: updateComment(context),
    resolveComment: resolveComment(context),
    deleteComment: deleteComment(context),
  } satisfies ServiceImpl<typeof CommentService>;
}
