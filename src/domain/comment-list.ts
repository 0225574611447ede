import { toBinary } from "@bufbuild/protobuf";
import type { CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import { type Comment, CommentSchema } from "../../gen/parley/v1/comment_pb.js";
import type { Comments } from "./comments.ts";

/** Which comments. */
export interface CommentFilter {
  readonly commentType: CommentType | undefined;
  readonly resolved: boolean | undefined;
  /** The author's user id. */
  readonly author: string | undefined;
  readonly threadId: string | undefined;
  readonly replyTo: string | undefined;
}

/** Bytes of one page. */
const PAGE_BYTES = 2 * 1_048_576;

/** The comments that can be seen: of those that were deleted, only what has answers that can. */
export function visibleComments(comments: Comments): Comment[] {
  const visible: Comment[] = [];
  const answered = new Set<string>();
  // An answer comes after what it answers.
  for (const { comment } of [...comments.values()].reverse()) {
    if (comment.deleted && !answered.has(comment.commentId)) continue;
    visible.push(comment);
    if (comment.replyTo !== undefined) answered.add(comment.replyTo);
  }
  return visible.reverse();
}

export function matchesFilter(comment: Comment, filter: CommentFilter): boolean {
  const { threadId, replyTo } = filter;
  if (threadId !== undefined && comment.threadId !== threadId) return false;
  if (replyTo !== undefined && comment.replyTo !== replyTo) return false;
  return comment.deleted ? !asksForContent(filter) : matchesContent(comment, filter);
}

function asksForContent({ commentType, resolved, author }: CommentFilter): boolean {
  return commentType !== undefined || resolved !== undefined || author !== undefined;
}

function matchesContent(comment: Comment, filter: CommentFilter): boolean {
  const { commentType, resolved, author } = filter;
  return (
    (commentType === undefined || comment.commentType === commentType) &&
    (resolved === undefined || comment.resolved === resolved) &&
    (author === undefined || comment.author?.userId === author)
  );
}

/** At most `limit` of them from an offset on; fewer where they are large, but one at least. */
export function pageOfComments(
  comments: readonly Comment[],
  offset: number,
  limit: number,
): Comment[] {
  const page = comments.slice(offset, offset + limit);
  let bytes = 0;
  const end = page.findIndex((comment) => {
    bytes += toBinary(CommentSchema, comment).length;
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? page : page.slice(0, Math.max(end, 1));
}
