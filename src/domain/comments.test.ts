import { describe, expect, it } from "vitest";
import { CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import { ActorType, type Event } from "../../gen/parley/v1/event_pb.js";
import { type Comments, foldComments } from "./comments.ts";
import { withoutContent } from "./redaction.ts";
import { placedEvent, placedMessage } from "./testing/events.ts";

type Payload = Parameters<typeof placedEvent>[1];

function by(id: string, event: Event): Event {
  return { ...event, actor: { $typeName: "parley.v1.Actor", type: ActorType.USER, id } };
}

function added(seq: number, content: string, replyTo?: string): Event {
  const value = { content, commentType: CommentType.NOTE, ...(replyTo && { replyTo }) };
  return by("ann", placedEvent(seq, { case: "commentAdded", value }));
}

function edited(seq: number, commentId: string, content?: string, commentType = 0): Event {
  const value = { commentId, commentType, ...(content !== undefined && { content }) };
  return placedEvent(seq, { case: "commentEdited", value });
}

function resolved(seq: number, commentId: string, is = true): Event {
  const payload: Payload = { case: "commentResolved", value: { commentId, resolved: is } };
  return by("bob", placedEvent(seq, payload));
}

function deleted(seq: number, commentId: string, seqs: number[]): Event {
  return placedEvent(seq, { case: "commentDeleted", value: { commentId, seqs } });
}

const kept = (comments: Comments, id: string) => comments.get(id)!;

describe("comments", () => {
  it("are what was added, in that order, among events of other kinds", () => {
    const target = { case: "turn", value: 2 } as const;
    const value = { content: "why?", commentType: CommentType.QUESTION, reference: { target } };
    const comments = foldComments([
      placedMessage(2, { content: "said" }),
      by("ann", placedEvent(3, { case: "commentAdded", value })),
      placedEvent(4, { case: undefined }),
      added(5, "second"),
    ]);
    expect([...comments.keys()]).toEqual(["e3", "e5"]);
    expect(kept(comments, "e3")).toMatchObject({
      textSeqs: [3],
      comment: {
        commentId: "e3",
        commentType: CommentType.QUESTION,
        content: "why?",
        author: { userId: "ann", type: ActorType.USER },
        createdAt: { seconds: 3n },
        reference: { target },
        referencePoint: "turn:2",
        threadId: "e3",
        resolved: false,
        deleted: false,
        seq: 3,
        version: 3,
      },
    });
    expect(kept(comments, "e3").comment.editedAt).toBeUndefined();
  });

  it("say what the last change in the log says, and keep what it does not name", () => {
    const comments = foldComments([
      added(2, "a"),
      edited(3, "e2", "b", CommentType.INSIGHT),
      edited(4, "e2", "c"),
      edited(5, "e2", undefined, CommentType.QUESTION),
    ]);
    expect(kept(comments, "e2")).toMatchObject({
      textSeqs: [2, 3, 4],
      comment: {
        content: "c",
        commentType: CommentType.QUESTION,
        editedAt: { seconds: 5n },
        createdAt: { seconds: 2n },
        version: 5,
      },
    });
  });

  it("are resolved and opened again", () => {
    const open = [added(2, "a"), resolved(3, "e2")];
    expect(kept(foldComments(open), "e2").comment).toMatchObject({
      resolved: true,
      resolvedAt: { seconds: 3n },
      resolvedBy: { userId: "bob" },
      version: 3,
    });
    const { comment } = kept(foldComments([...open, resolved(4, "e2", false)]), "e2");
    expect([comment.resolved, comment.resolvedAt, comment.resolvedBy, comment.version]).toEqual([
      ...[false, undefined, undefined, 4],
    ]);
  });

  it("know their thread and how many answer them", () => {
    const comments = foldComments([
      added(2, "a"),
      added(3, "b", "e2"),
      added(4, "c", "e3"),
      added(5, "d", "e2"),
      added(6, "e"),
      deleted(7, "e5", [5]),
    ]);
    const told = [...comments.values()].map(({ comment }) => [
      comment.threadId,
      comment.replyCount,
    ]);
    expect(told).toEqual([
      ["e2", 1],
      ["e2", 1],
      ["e2", 0],
      ["e2", 0],
      ["e6", 0],
    ]);
  });

  it("lose everything but who, when and where once they are deleted", () => {
    const reference = { target: { case: "text", value: "the end" } } as const;
    const value = { content: "secret", commentType: CommentType.NOTE, reference };
    const events = [
      by("ann", placedEvent(2, { case: "commentAdded", value })),
      edited(3, "e2", "secret too"),
    ];
    const end = deleted(4, "e2", [2, 3]);
    for (const before of [events, events.map(withoutContent)]) {
      const { comment, textSeqs } = kept(foldComments([...before, end]), "e2");
      expect(textSeqs).toEqual([]);
      expect(comment).toMatchObject({
        content: "",
        deleted: true,
        deletedAt: { seconds: 4n },
        author: { userId: "ann" },
        commentType: CommentType.NOTE,
        version: 4,
      });
      expect([comment.reference, comment.referencePoint]).toEqual([undefined, undefined]);
    }
    // What was rewritten is known to be deleted before its end is reached.
    const early = foldComments(events.map(withoutContent));
    expect(kept(early, "e2").comment).toMatchObject({ deleted: true, content: "", version: 2 });
  });

  it("are changed by nothing once they are deleted, but know of text that is left", () => {
    const events = [added(2, "a"), edited(3, "e2", "b"), deleted(4, "e2", [2])];
    const late = [edited(5, "e2", "c"), resolved(6, "e2"), deleted(7, "e2", [3])];
    const { comment, textSeqs } = kept(foldComments([...events, ...late]), "e2");
    expect(comment).toMatchObject({ content: "", resolved: false, deleted: true, version: 7 });
    expect(textSeqs).toEqual([5]);
  });

  it("pass over what is said of comments that there are not", () => {
    const comments = foldComments([
      edited(2, "nobody", "x"),
      resolved(3, "nobody"),
      deleted(4, "nobody", [1]),
      added(5, "a", "nobody"),
      { ...added(6, "twin"), eventId: "e5" },
    ]);
    expect([...comments.keys()]).toEqual(["e5"]);
    expect(kept(comments, "e5").comment).toMatchObject({
      content: "a",
      replyTo: "nobody",
      threadId: "e5",
      seq: 5,
    });
  });
});
