import type { CommentReference } from "../../../gen/parley/v1/comment_event_pb.js";
import type { AddCommentRequest } from "../../../gen/parley/v1/comment_requests_pb.js";
import type { Context } from "../../context.ts";
import { referenceOf } from "../../domain/comment-reference.ts";
import { invalidArgument, type ParleyError } from "../../domain/errors.ts";
import type { Reading } from "../../log/read-session.ts";

/** What the comment is about, said in either way. */
export function wantedReference(request: AddCommentRequest): CommentReference | undefined {
  return request.reference ?? referenceOf(request.referencePoint ?? "");
}

/** Why a session has nothing that this refers to; undefined if it has. */
export async function referenceProblem(
  context: Context,
  reading: Reading,
  request: AddCommentRequest,
): Promise<ParleyError | undefined> {
  const target = wantedReference(request)?.target;
  const problem = target && (await problemOf(context, reading, target));
  if (problem === undefined) return undefined;
  return invalidArgument(fieldOf(request), problem);
}

async function problemOf(
  context: Context,
  reading: Reading,
  target: CommentReference["target"],
): Promise<string | undefined> {
  const { version, turnCount } = reading.session;
  switch (target.case) {
    case "seq":
      return isAmong(target.value, version)
        ? undefined
        : `the session has no event ${target.value}`;
    case "turn":
      return isAmong(target.value, turnCount)
        ? undefined
        : `the session has no turn ${target.value}`;
    case "messageId": {
      const seq = await context.log.findMessage(reading, target.value);
      return seq === undefined ? "is none of the session's last 10,000 messages" : undefined;
    }
    default:
      return undefined;
  }
}

function isAmong(number: number, count: number): boolean {
  return number >= 1 && number <= count;
}

const NAMES = { seq: "seq", turn: "turn", messageId: "message_id", text: "text" };

function fieldOf({ reference }: AddCommentRequest): string {
  const name = reference?.target.case;
  return name === undefined ? "reference_point" : `reference.${NAMES[name]}`;
}
