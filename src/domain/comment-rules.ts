import type { Comment } from "../../gen/parley/v1/comment_pb.js";
import type { Comments } from "./comments.ts";
import { commentNotFound, invalidArgument, ParleyError, payloadTooLarge } from "./errors.ts";
import type { Principal } from "./principal.ts";

/** Most comments of a session, deleted ones not counted. Parallel ones may pass it by a few. */
export const MAX_COMMENTS = 1000;
/** Most events about comments of a session, deletions aside; a list looks at all of them. */
export const MAX_COMMENT_EVENTS = 10_000;

const INVISIBLE = /[\p{Cc}\u200B\uFEFF]/gu;

/** Refuses a text in which there is nothing to see. */
export function refuseBlankComment(content: string): void {
  if (content.replace(INVISIBLE, "").trim() !== "") return;
  throw invalidArgument("content", "must not be blank");
}

/** The comment of this id; refuses what is none, or was deleted. */
export function livingComment(comments: Comments, commentId: string): Comment {
  const comment = comments.get(commentId)?.comment;
  if (comment === undefined || comment.deleted) throw commentNotFound();
  return comment;
}

/** Refuses an answer to what is no comment of the session. */
export function refuseUnknownParent(comments: Comments, replyTo: string | undefined): void {
  if (replyTo === undefined) return;
  if (comments.get(replyTo)?.comment.deleted === false) return;
  throw invalidArgument("reply_to", "the session has no such comment");
}

export function isAuthor(comment: Comment, { userId }: Principal): boolean {
  return comment.author?.userId === userId;
}

export function notYourComment(): ParleyError {
  return new ParleyError("session_not_accessible", "the comment is somebody else's");
}

/** Refuses one more comment where there are as many as there may be. */
export function refuseManyComments(comments: Comments): void {
  const living = [...comments.values()].filter(({ comment }) => !comment.deleted).length;
  if (living < MAX_COMMENTS) return;
  throw payloadTooLarge("comments", `a session has at most ${MAX_COMMENTS}`);
}

/** Refuses one more event about comments where there are as many as there may be. */
export function refuseManyEvents(count: number): void {
  if (count < MAX_COMMENT_EVENTS) return;
  throw payloadTooLarge("comments", `a session has at most ${MAX_COMMENT_EVENTS} events of them`);
}
