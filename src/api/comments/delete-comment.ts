import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import {
  type DeleteCommentRequest,
  DeleteCommentRequestSchema,
} from "../../../gen/parley/v1/comment_requests_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { isAuthor, notYourComment } from "../../domain/comment-rules.ts";
import type { Decision } from "../../domain/decision.ts";
import { commentNotFound } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { redact } from "../../domain/redaction.ts";
import { Turnstile } from "../../log/turnstile.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { type NamedOperation, operationOf } from "../operation.ts";
import { untilSettled } from "../overtaken.ts";
import { current, type Seen, seeComments } from "./comment-log.ts";

export function deleteComment(context: Context) {
  // One after the other within a session: of those that came at once, all but one would start anew.
  const turnstile = new Turnstile();
  return async (request: DeleteCommentRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const name = (named: DeleteCommentRequest) =>
      operationOf(context, call, principal, DeleteCommentRequestSchema, named);
    const remove = (named: NamedOperation) =>
      untilSettled(() => removeOnce(context, principal, request, named));
    const line = `${principal.tenantId}/${principal.userId}/${request.sessionId}`;
    return turnstile.pass(line, async () => {
      let written = await remove(name(request));
      // A change that was under way then may have come just before it, with its text; from then on
      // none comes, since the gate has moved.
      while (written.events.length > 0) written = await remove(name({ ...request, requestId: "" }));
      return {};
    });
  };
}

async function removeOnce(
  context: Context,
  principal: Principal,
  { sessionId, commentId }: DeleteCommentRequest,
  named: NamedOperation,
): Promise<Written> {
  const seen = await seeComments(context, principal, sessionId);
  return context.log.write({
    principal,
    id: sessionId,
    ...named,
    confirmed: true,
    decide: (found) => decide(context, principal, found, seen, commentId),
  });
}

function decide(
  context: Context,
  principal: Principal,
  found: Head | undefined,
  seen: Seen,
  commentId: string,
): Decision | undefined {
  const { head, access } = admit(found, principal, context.clock.now(), Permission.VIEW);
  const { comments, records } = current(seen, head);
  const kept = comments.get(commentId);
  if (kept === undefined) throw commentNotFound();
  const { comment, textSeqs } = kept;
  if (access.permission < Permission.OWN && !isAuthor(comment, principal)) throw notYourComment();
  if (comment.deleted && textSeqs.length === 0) return undefined;
  const held = new Set(textSeqs);
  const emptied = records.filter(({ seq }) => held.has(seq));
  const value = { commentId, seqs: [...textSeqs] };
  const draft = draftEvent(context, principal, { case: "commentDeleted", value });
  return redact(head, emptied, draft, { movesGate: true });
}
