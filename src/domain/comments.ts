import { create } from "@bufbuild/protobuf";
import type {
  CommentAdded,
  CommentDeleted,
  CommentEdited,
  CommentResolved,
} from "../../gen/parley/v1/comment_event_pb.js";
import {
  type Comment,
  type CommentAuthor,
  CommentAuthorSchema,
  CommentSchema,
} from "../../gen/parley/v1/comment_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { pointOf } from "./comment-reference.ts";

/** A comment as the events about it tell. */
export interface KeptComment {
  readonly comment: Comment;
  /** Places of the events that hold text of it. */
  readonly textSeqs: readonly number[];
}

/** The comments of a session by their ids, in the order in which they were added. */
export type Comments = ReadonlyMap<string, KeptComment>;

interface Draft extends KeptComment {
  readonly textSeqs: number[];
}

/**
 * What comments a session has, from the events about them in the order of the log; other kinds
 * are passed over. What is said of a comment that there is not, or that was deleted, says nothing.
 */
export function foldComments(events: readonly Event[]): Comments {
  const drafts = new Map<string, Draft>();
  for (const event of events) apply(drafts, event);
  for (const { comment } of drafts.values()) {
    const answered = drafts.get(comment.replyTo ?? "");
    if (answered !== undefined && !comment.deleted) answered.comment.replyCount++;
  }
  return drafts;
}

function apply(drafts: Map<string, Draft>, event: Event): void {
  const { payload } = event;
  switch (payload.case) {
    case "commentAdded":
      if (!drafts.has(event.eventId))
        drafts.set(event.eventId, added(drafts, event, payload.value));
      return;
    case "commentEdited":
      edit(drafts.get(payload.value.commentId), event, payload.value);
      return;
    case "commentResolved":
      resolve(drafts.get(payload.value.commentId)?.comment, event, payload.value);
      return;
    case "commentDeleted":
      remove(drafts.get(payload.value.commentId), event, payload.value);
      return;
    default:
      return;
  }
}

function added(drafts: ReadonlyMap<string, Draft>, event: Event, given: CommentAdded): Draft {
  const { eventId: commentId, at, seq } = event;
  const { commentType, content, reference, replyTo, redacted } = given;
  const comment = create(CommentSchema, {
    commentId,
    commentType,
    content,
    author: authorOf(event),
    createdAt: at,
    referencePoint: pointOf(reference),
    reference,
    replyTo,
    threadId: drafts.get(replyTo ?? "")?.comment.threadId ?? commentId,
    deleted: redacted,
    seq,
    version: seq,
  });
  return { comment, textSeqs: redacted ? [] : [seq] };
}

function edit(draft: Draft | undefined, event: Event, change: CommentEdited): void {
  if (draft === undefined) return;
  // Noted also of a deleted comment: what was written just before its end is to be taken away too.
  if (change.content !== undefined) draft.textSeqs.push(event.seq);
  const { comment } = draft;
  if (comment.deleted) return;
  if (change.content !== undefined) comment.content = change.content;
  comment.commentType = change.commentType || comment.commentType;
  comment.editedAt = event.at!;
  comment.version = event.seq;
}

function resolve(comment: Comment | undefined, event: Event, { resolved }: CommentResolved): void {
  if (comment === undefined || comment.deleted) return;
  comment.resolved = resolved;
  delete comment.resolvedAt;
  delete comment.resolvedBy;
  if (resolved) {
    comment.resolvedAt = event.at!;
    comment.resolvedBy = authorOf(event);
  }
  comment.version = event.seq;
}

function remove(draft: Draft | undefined, event: Event, { seqs }: CommentDeleted): void {
  if (draft === undefined) return;
  const { comment, textSeqs } = draft;
  const emptied = new Set(seqs);
  textSeqs.splice(0, Infinity, ...textSeqs.filter((seq) => !emptied.has(seq)));
  comment.deleted = true;
  comment.deletedAt = event.at!;
  comment.content = "";
  delete comment.referencePoint;
  delete comment.reference;
  comment.version = event.seq;
}

function authorOf({ actor }: Event): CommentAuthor {
  return create(CommentAuthorSchema, { userId: actor?.id ?? "", type: actor?.type ?? 0 });
}
