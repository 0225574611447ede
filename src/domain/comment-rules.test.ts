import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CommentSchema } from "../../gen/parley/v1/comment_pb.js";
import {
  isAuthor,
  livingComment,
  MAX_COMMENT_EVENTS,
  MAX_COMMENTS,
  refuseBlankComment,
  refuseManyComments,
  refuseManyEvents,
  refuseUnknownParent,
} from "./comment-rules.ts";
import type { Comments } from "./comments.ts";
import type { Principal } from "./principal.ts";
import { reasonOf } from "./testing/refusal.ts";

function kept(living: number, deleted = 0): Comments {
  return new Map(
    Array.from({ length: living + deleted }, (_, i) => {
      const init = { commentId: `c${i}`, author: { userId: "ann" }, deleted: i >= living };
      return [`c${i}`, { comment: create(CommentSchema, init), textSeqs: [] }];
    }),
  );
}

describe("what is refused of comments", () => {
  it.each(["", " ", "\n\t", "\u200b\ufeff", "\u0000"])("a blank one: %j", (content) => {
    expect(() => refuseBlankComment(content)).toThrow("content: must not be blank");
  });

  it("none that says something", () => {
    expect(() => refuseBlankComment(" x ")).not.toThrow();
  });

  it("to speak of one that there is not, or not any more", () => {
    const comments = kept(1, 1);
    expect(livingComment(comments, "c0").commentId).toBe("c0");
    for (const id of ["c1", "c2", ""]) {
      expect(reasonOf(() => livingComment(comments, id))).toBe("comment_not_found");
      expect(() => refuseUnknownParent(comments, id)).toThrow("reply_to: ");
    }
    expect(() => refuseUnknownParent(comments, "c0")).not.toThrow();
    expect(() => refuseUnknownParent(comments, undefined)).not.toThrow();
  });

  it("one more than there may be, deleted ones not counted", () => {
    expect(() => refuseManyComments(kept(MAX_COMMENTS - 1, 5))).not.toThrow();
    const reason = "payload_too_large";
    expect(reasonOf(() => refuseManyComments(kept(MAX_COMMENTS)))).toBe(reason);
    expect(() => refuseManyEvents(MAX_COMMENT_EVENTS - 1)).not.toThrow();
    expect(reasonOf(() => refuseManyEvents(MAX_COMMENT_EVENTS))).toBe(reason);
  });
});

it("knows an author by its user id", () => {
  const comment = livingComment(kept(1), "c0");
  expect(isAuthor(comment, { userId: "ann" } as Principal)).toBe(true);
  expect(isAuthor(comment, { userId: "bob" } as Principal)).toBe(false);
});
