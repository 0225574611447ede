import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { CommentAddedSchema, CommentEditedSchema } from "../../gen/parley/v1/comment_event_pb.js";
import { type Event, EventSchema, MessageAppendedSchema } from "../../gen/parley/v1/event_pb.js";
import type { Decision } from "./decision.ts";
import { ParleyError } from "./errors.ts";
import { decodeEvent, type EventDraft, type EventRecord } from "./event.ts";
import { rewriteLog, rewriteOf } from "./rewriting.ts";

/**
 * An event with its content taken away, of a message or of a comment: its id, place, time, actor,
 * task and role or type remain. Events of other kinds stay as they are.
 */
export function withoutContent(event: Event): Event {
  const payload = emptied(event.payload);
  if (payload === undefined) return event;
  const { seq, turnNumber, eventId, type, at, actor, taskId } = event;
  return create(EventSchema, { seq, turnNumber, eventId, type, at, actor, taskId, payload });
}

function emptied(payload: Event["payload"]): Event["payload"] | undefined {
  switch (payload.case) {
    case "message": {
      const { role } = payload.value;
      const value = create(MessageAppendedSchema, { role, redacted: true });
      return { case: "message", value };
    }
    case "commentAdded": {
      const { commentType, replyTo } = payload.value;
      const value = create(CommentAddedSchema, { commentType, replyTo, redacted: true });
      return { case: "commentAdded", value };
    }
    case "commentEdited": {
      const { commentId, commentType } = payload.value;
      const value = create(CommentEditedSchema, { commentId, commentType, redacted: true });
      return { case: "commentEdited", value };
    }
    default:
      return undefined;
  }
}

/** Places of the events whose content this one takes away. */
export function redactedSeqs({ payload }: Event): readonly number[] {
  if (payload.case === "messageRedacted") return [payload.value.messageSeq];
  return payload.case === "commentDeleted" ? payload.value.seqs : [];
}

/** True if there is nothing left to take away. */
export function isRedacted({ payload }: Event): boolean {
  return payload.case === "message" && payload.value.redacted;
}

/** Takes the content of events away, in the log and from every tail. */
export function redact(
  head: Head,
  records: readonly EventRecord[],
  redacted: EventDraft,
  options: Pick<Decision, "movesGate"> = {},
): Decision {
  const rewrites = records.map((record) => rewriteOf(record, withoutContent(decodeEvent(record))));
  return rewriteLog(head, rewrites, redacted, options);
}

export function messageNotFound(): ParleyError {
  return new ParleyError("message_not_found", "the session has no message at this place");
}
