import type { HandlerContext } from "@connectrpc/connect";
import { CommentType } from "../../../gen/parley/v1/comment_event_pb.js";
import {
  type AddCommentRequest,
  AddCommentRequestSchema,
} from "../../../gen/parley/v1/comment_requests_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { append } from "../../domain/append.ts";
import {
  refuseBlankComment,
  refuseManyComments,
  refuseManyEvents,
  refuseUnknownParent,
} from "../../domain/comment-rules.ts";
import { decodeEvent, newEvent } from "../../domain/event.ts";
import { refuseFullLog } from "../../domain/event-limits.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";
import { commentAfter, seeComments, sure } from "./comment-log.ts";
import { referenceProblem, wantedReference } from "./reference.ts";

export function addComment(context: Context) {
  return async (request: AddCommentRequest, call: HandlerContext) => {
    refuseBlankComment(request.content);
    const principal = callerOf(call);
    const { content, replyTo } = request;
    const commentType = request.commentType || CommentType.NOTE;
    const value = { content, commentType, reference: wantedReference(request), replyTo };
    const seen = await seeComments(context, principal, request.sessionId);
    const problem =
      "refusal" in seen ? undefined : await referenceProblem(context, seen.reading, request);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, AddCommentRequestSchema, request),
      decide(found) {
        const now = context.clock.now();
        const { head, session } = admit(found, principal, now, Permission.COLLABORATE);
        const { comments, records } = sure(seen);
        if (problem !== undefined) throw problem;
        refuseUnknownParent(comments, replyTo);
        refuseManyComments(comments);
        refuseManyEvents(records.length);
        // Not before: a place that there is not may be a number that no event holds.
        const event = newEvent(draftEvent(context, principal, { case: "commentAdded", value }));
        refuseFullLog(session, [event]);
        return append(head, [event]);
      },
    });
    const { eventId } = decodeEvent(written.events[0]!);
    return { comment: await commentAfter(context, seen, written.events, eventId) };
  };
}
