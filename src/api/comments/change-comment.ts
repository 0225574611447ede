import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { Comment } from "../../../gen/parley/v1/comment_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { append } from "../../domain/append.ts";
import { livingComment, refuseManyEvents } from "../../domain/comment-rules.ts";
import type { Decision } from "../../domain/decision.ts";
import { type EventDraft, newEvent } from "../../domain/event.ts";
import { refuseFullLog } from "../../domain/event-limits.ts";
import type { Principal } from "../../domain/principal.ts";
import { draftEvent } from "../event.ts";
import type { NamedOperation } from "../operation.ts";
import { untilSettled } from "../overtaken.ts";
import { commentAfter, current, type Seen, seeComments } from "./comment-log.ts";

/** An event about a comment that is appended. */
export interface CommentChange {
  readonly sessionId: string;
  readonly commentId: string;
  /** What is to be said of it; undefined if there is nothing to say. Throws what it refuses. */
  payload(comment: Comment): EventDraft["payload"] | undefined;
}

/** Changes a comment, and gives it as it is right after that. */
export function changeComment(
  context: Context,
  principal: Principal,
  named: NamedOperation,
  change: CommentChange,
): Promise<Comment> {
  return untilSettled(async () => {
    const seen = await seeComments(context, principal, change.sessionId);
    const { events } = await context.log.write({
      principal,
      id: change.sessionId,
      ...named,
      confirmed: true,
      decide: (found) => decide(context, principal, found, seen, change),
    });
    return commentAfter(context, seen, events, change.commentId);
  });
}

/** Held to what was taken out of the log: whoever deletes the comment moves the gate. */
function decide(
  context: Context,
  principal: Principal,
  found: Head | undefined,
  seen: Seen,
  { commentId, payload }: CommentChange,
): Decision | undefined {
  const now = context.clock.now();
  const { head, session } = admit(found, principal, now, Permission.COLLABORATE);
  const { comments, records } = current(seen, head);
  const said = payload(livingComment(comments, commentId));
  if (said === undefined) return undefined;
  const event = newEvent(draftEvent(context, principal, said));
  refuseManyEvents(records.length);
  refuseFullLog(session, [event]);
  return append(head, [event]);
}
