import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Event, EventSchema, MessageAppendedSchema } from "../../gen/parley/v1/event_pb.js";
import type { Decision } from "./decision.ts";
import { ParleyError } from "./errors.ts";
import { decodeEvent, type EventDraft, type EventRecord } from "./event.ts";
import { rewriteLog, rewriteOf } from "./rewriting.ts";

/** The event of a message with its content taken away: its id, place, time, actor, task and role remain. */
export function withoutContent(event: Event): Event {
  if (event.payload.case !== "message") throw messageNotFound();
  const { role } = event.payload.value;
  const value = create(MessageAppendedSchema, { role, redacted: true });
  return create(EventSchema, {
    seq: event.seq,
    turnNumber: event.turnNumber,
    eventId: event.eventId,
    type: event.type,
    at: event.at,
    actor: event.actor,
    taskId: event.taskId,
    payload: { case: "message", value },
  });
}

/** True if there is nothing left to take away. */
export function isRedacted({ payload }: Event): boolean {
  return payload.case === "message" && payload.value.redacted;
}

/** Takes the content of a message away, in the log and from every tail. */
export function redact(head: Head, record: EventRecord, redacted: EventDraft): Decision {
  return rewriteLog(head, [rewriteOf(record, withoutContent(decodeEvent(record)))], redacted);
}

export function messageNotFound(): ParleyError {
  return new ParleyError("message_not_found", "the session has no message at this place");
}
