import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { Comment } from "../../../gen/parley/v1/comment_pb.js";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import type { Context } from "../../context.ts";
import { type Comments, foldComments } from "../../domain/comments.ts";
import { commentNotFound } from "../../domain/errors.ts";
import { decodeEvent, type EventRecord } from "../../domain/event.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Reading } from "../../log/read-session.ts";
import { OVERTAKEN } from "../overtaken.ts";

/** The comments of a session as the log has them, and under which head. */
export interface CommentLog {
  readonly reading: Reading;
  readonly records: readonly EventRecord[];
  readonly comments: Comments;
}

/** Comments to decide a write on; or why there are none to be seen. */
export type Seen = CommentLog | { readonly refusal: unknown };

export async function commentsOf(context: Context, reading: Reading): Promise<CommentLog> {
  const records = await context.log.commentEvents(reading);
  return { reading, records, comments: foldComments(records.map(decodeEvent)) };
}

/**
 * What the journal says now. A refusal waits until the write is decided on: a retry has its first
 * answer all the same.
 */
export async function seeComments(
  context: Context,
  principal: Principal,
  id: string,
): Promise<Seen> {
  try {
    const freshness = { consistency: Consistency.STRONG, atLeastVersion: 0 };
    return await commentsOf(context, await context.log.read({ principal, id, ...freshness }));
  } catch (refusal) {
    return { refusal };
  }
}

/** Throws the refusal, if it is one. */
export function sure(seen: Seen): CommentLog {
  if ("refusal" in seen) throw seen.refusal;
  return seen;
}

/**
 * What was seen, if it is of this session and nothing was taken out of its log since: a comment
 * could have been deleted.
 */
export function current(seen: Seen, head: Head): CommentLog {
  const log = sure(seen);
  const { uid, rewriteSeq } = log.reading.head;
  if (head.uid !== uid || head.rewriteSeq !== rewriteSeq) throw OVERTAKEN;
  return log;
}

/** A comment right after events were written about it; as it was seen if none were. */
export async function commentAfter(
  context: Context,
  seen: Seen,
  written: readonly EventRecord[],
  commentId: string,
): Promise<Comment> {
  const last = written.at(-1);
  const comments = await commentsAfter(context, seen, written, last?.seq);
  const comment = comments.get(commentId)?.comment;
  if (comment !== undefined) return comment;
  sure(seen);
  throw commentNotFound();
}

async function commentsAfter(
  context: Context,
  seen: Seen,
  written: readonly EventRecord[],
  upToSeq: number | undefined,
): Promise<Comments> {
  if ("refusal" in seen) return foldComments(written.map(decodeEvent));
  if (upToSeq === undefined) return seen.comments;
  return foldComments((await context.log.commentEvents(seen.reading, upToSeq)).map(decodeEvent));
}
