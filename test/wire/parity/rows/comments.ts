import { CommentType } from "../../../../gen/parley/v1/comment_event_pb.js";
import { CommentService } from "../../../../gen/parley/v1/comment_service_pb.js";
import { live, type Row, row, unknown } from "./row.ts";

const { method: comments } = CommentService;
const one = { sessionId: "one" };
const nobody = { headers: { "x-user-id": "x" }, fails: "session_not_found" };
const text = { case: "text", value: "all of it" } as const;

/** What is remarked about a session; who may stands in test/e2e/comments. */
export const COMMENT_ROWS: readonly Row[] = [
  row(comments.addComment, [
    {
      name: "about a turn",
      input: {
        ...one,
        content: "why?",
        commentType: CommentType.QUESTION,
        referencePoint: "turn:1",
        requestId: "c-1",
      },
      keep: ({ comment }) => ({ commentId: comment?.commentId }),
    },
    {
      name: "again",
      input: {
        ...one,
        content: "why?",
        commentType: CommentType.QUESTION,
        referencePoint: "turn:1",
        requestId: "c-1",
      },
    },
    {
      name: "an answer",
      input: ({ commentId = "" }) => ({
        ...one,
        content: "because",
        replyTo: commentId,
        reference: { target: text },
      }),
      keep: ({ comment }) => ({ replyId: comment?.commentId }),
    },
    { name: "a blank one", input: { ...one, content: " " }, fails: "invalid_argument" },
    { name: "none", input: one, fails: "invalid_argument" },
    {
      name: "about what there is not",
      input: { ...one, content: "x", reference: { target: { case: "seq", value: 9999 } } },
      fails: "invalid_argument",
    },
    {
      name: "about two things",
      input: { ...one, content: "x", referencePoint: "turn:1", reference: { target: text } },
      fails: "invalid_argument",
    },
    { name: "unknown", input: { ...unknown, content: "x" }, fails: "session_not_found" },
    { name: "by a stranger", input: { ...one, content: "x" }, ...nobody },
  ]),
  row(comments.updateComment, [
    {
      name: "another text",
      input: ({ commentId = "" }) => ({ ...one, commentId, content: "why not?" }),
    },
    {
      name: "another type",
      input: ({ commentId = "" }) => ({ ...one, commentId, commentType: CommentType.INSIGHT }),
    },
    { name: "nothing", input: ({ commentId = "" }) => ({ ...one, commentId }) },
    {
      name: "of none",
      input: { ...one, commentId: "x", content: "y" },
      fails: "comment_not_found",
    },
  ]),
  row(comments.resolveComment, [
    { name: "it", input: ({ commentId = "" }) => ({ ...one, commentId }) },
    { name: "again", input: ({ commentId = "" }) => ({ ...one, commentId }) },
    {
      name: "not any more",
      input: ({ commentId = "" }) => ({ ...one, commentId, resolved: false }),
    },
    { name: "none", input: { ...one, commentId: "x" }, fails: "comment_not_found" },
  ]),
  row(comments.getComment, [
    { name: "one", input: ({ commentId = "" }) => ({ ...live, commentId }) },
    { name: "none", input: { ...live, commentId: "x" }, fails: "comment_not_found" },
    { name: "unknown", input: { ...unknown, commentId: "x" }, fails: "session_not_found" },
  ]),
  row(comments.deleteComment, [
    { name: "it", input: ({ commentId = "" }) => ({ ...one, commentId }) },
    { name: "again", input: ({ commentId = "" }) => ({ ...one, commentId }) },
    { name: "none", input: { ...one, commentId: "x" }, fails: "comment_not_found" },
    { name: "by a stranger", input: { ...one, commentId: "x" }, ...nobody },
  ]),
  row(comments.listComments, [
    { name: "all", input: live },
    { name: "a page", input: { ...live, limit: 1, offset: 1 } },
    {
      name: "some",
      input: ({ commentId = "" }) => ({
        ...live,
        commentType: CommentType.NOTE,
        resolved: false,
        author: "ann",
        threadId: commentId,
        replyTo: commentId,
      }),
    },
    { name: "two places", input: { ...live, page: 1, offset: 0 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
];
