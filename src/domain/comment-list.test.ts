import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import { type Comment, CommentSchema } from "../../gen/parley/v1/comment_pb.js";
import {
  type CommentFilter,
  matchesFilter,
  pageOfComments,
  visibleComments,
} from "./comment-list.ts";
import type { Comments } from "./comments.ts";

function comment(commentId: string, init: MessageInitShape<typeof CommentSchema> = {}): Comment {
  return create(CommentSchema, { commentId, threadId: commentId, ...init } as Comment);
}

function kept(...comments: Comment[]): Comments {
  return new Map(comments.map((one) => [one.commentId, { comment: one, textSeqs: [] }]));
}

const ids = (comments: readonly Comment[]) => comments.map(({ commentId }) => commentId);

const ALL: CommentFilter = {
  commentType: undefined,
  resolved: undefined,
  author: undefined,
  threadId: undefined,
  replyTo: undefined,
};

describe("the comments that can be seen", () => {
  it("are those that live, and what was deleted and is answered by one that can be seen", () => {
    const gone = { deleted: true };
    const comments = kept(
      comment("a"),
      comment("b", gone),
      comment("c", { ...gone, replyTo: "a" }),
      comment("d", gone),
      comment("e", { ...gone, replyTo: "d" }),
      comment("f", { replyTo: "e" }),
      comment("g", gone),
      comment("h", { ...gone, replyTo: "g" }),
    );
    expect(ids(visibleComments(comments))).toEqual(["a", "d", "e", "f"]);
    expect(visibleComments(kept())).toEqual([]);
  });
});

describe("a filter of comments", () => {
  const question = comment("q", {
    commentType: CommentType.QUESTION,
    author: { userId: "ann" },
    resolved: true,
    replyTo: "p",
    threadId: "p",
  });
  it.each<[Partial<CommentFilter>, boolean]>([
    [{}, true],
    [{ commentType: CommentType.QUESTION, resolved: true, author: "ann" }, true],
    [{ threadId: "p", replyTo: "p" }, true],
    [{ commentType: CommentType.NOTE }, false],
    [{ resolved: false }, false],
    [{ author: "bob" }, false],
    [{ threadId: "q" }, false],
    [{ replyTo: "q" }, false],
  ])("%o", (filter, matches) => {
    expect(matchesFilter(question, { ...ALL, ...filter })).toBe(matches);
  });

  it("finds what was deleted by its place among the others alone", () => {
    const stub = comment("s", { deleted: true, threadId: "t", commentType: CommentType.NOTE });
    expect(matchesFilter(stub, { ...ALL, threadId: "t" })).toBe(true);
    expect(matchesFilter(stub, { ...ALL, commentType: CommentType.NOTE })).toBe(false);
    expect(matchesFilter(stub, { ...ALL, resolved: false })).toBe(false);
  });
});

describe("a page of comments", () => {
  it("begins at its offset and ends at its limit", () => {
    const all = ["a", "b", "c", "d"].map((id) => comment(id));
    expect(ids(pageOfComments(all, 1, 2))).toEqual(["b", "c"]);
    expect(ids(pageOfComments(all, 3, 9))).toEqual(["d"]);
    expect(pageOfComments(all, 4, 1)).toEqual([]);
  });

  it("ends earlier where its comments are large, but holds one", () => {
    const megabyte = "x".repeat(1_000_000);
    const all = ["a", "b", "c"].map((id) => comment(id, { content: megabyte }));
    expect(ids(pageOfComments(all, 0, 9))).toEqual(["a", "b"]);
    const huge = comment("h", { content: megabyte.repeat(3) });
    expect(ids(pageOfComments([huge, ...all], 0, 9))).toEqual(["h"]);
  });
});
