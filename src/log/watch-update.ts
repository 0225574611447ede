import { create } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  type PositionReason,
  type WatchSessionResponse,
  WatchSessionResponseSchema,
} from "../../gen/parley/v1/watch_pb.js";
import { decodeEvent, type EventRecord } from "../domain/event.ts";
import { redactedSeqs, withoutContent } from "../domain/redaction.ts";

/** What a watcher is told: the very message that is sent, shared by all who are told the same. */
export type Update = WatchSessionResponse;

/** An event of a watched session, decoded once however many watch. */
export interface WatchedEvent {
  readonly seq: number;
  /** Name of its kind. */
  readonly type: string;
  /** Id of the message it carries; undefined if it carries none. */
  readonly messageId: string | undefined;
  readonly update: Update;
  /** Places of the events whose content it takes away. */
  readonly redacts: readonly number[];
  /** Bytes of it, encoded. */
  readonly size: number;
}

export function watchedEvent(record: EventRecord): WatchedEvent {
  const event = decodeEvent(record);
  const { payload } = event;
  return {
    seq: record.seq,
    type: event.type,
    messageId: payload.case === "message" ? event.eventId : undefined,
    redacts: redactedSeqs(event),
    update: eventUpdate(event),
    size: record.bytes.length,
  };
}

/** The same event without the content that was taken away. */
export function redacted(watched: WatchedEvent): WatchedEvent {
  const { update } = watched.update;
  if (update.case !== "event") return watched;
  return { ...watched, update: eventUpdate(withoutContent(update.value)) };
}

function eventUpdate(event: Event): Update {
  const { seq } = event;
  return create(WatchSessionResponseSchema, { seq, update: { case: "event", value: event } });
}

/** Where a stream stands: everything up to `seq` was told or passed over. */
export function position(seq: number, reason: PositionReason, version: number): Update {
  const value = { reason, version };
  return create(WatchSessionResponseSchema, { seq, update: { case: "position", value } });
}
