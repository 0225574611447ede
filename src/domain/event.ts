import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Actor, type Event, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";

/** The greatest place a log can have. */
export const MAX_SEQ = 2_147_483_647;

/**
 * How deep what was stored may be nested. Far more than the edge lets in (100),
 * because whatever was accepted once, and wrapped since, must be readable.
 */
export const STORED = { recursionLimit: 10_000 };

/** An event as it was decided, before the log gave it its place. */
export interface NewEvent {
  readonly eventId: string;
  /** Name of its kind: the payload's field. */
  readonly type: string;
  /** The `Event`, encoded without `seq` and `turn_number`. */
  readonly bytes: Uint8Array;
  /** The role of the message it carries; `UNSPECIFIED` where it carries none. */
  readonly role: Role;
  /** True if a turn begins with it. */
  readonly startsTurn: boolean;
}

/** An event in its place. */
export interface EventRecord {
  readonly seq: number;
  readonly turn: number;
  /** The whole `Event`, encoded. */
  readonly bytes: Uint8Array;
}

type Payload = MessageInitShape<typeof EventSchema>["payload"];

export interface EventDraft {
  readonly eventId: string;
  readonly at: Date;
  readonly actor: Actor;
  readonly payload: NonNullable<Payload> & { case: string };
  /** The task it belongs to. */
  readonly taskId?: string;
  /** Whether a turn begins with it. Default: if it carries a user's message. */
  readonly startsTurn?: boolean;
}

const TYPE_NAMES = new Map<string, string>(
  EventSchema.fields.filter((f) => f.oneof !== undefined).map((f) => [f.localName, f.name]),
);

export function newEvent(draft: EventDraft): NewEvent {
  const event = unplacedEvent(draft);
  const role = event.payload.case === "message" ? event.payload.value.role : Role.UNSPECIFIED;
  return {
    eventId: draft.eventId,
    type: event.type,
    bytes: toBinary(EventSchema, event),
    role,
    startsTurn: draft.startsTurn ?? role === Role.USER,
  };
}

/** The event as its readers will see it, without `seq` and `turn_number`. */
export function unplacedEvent(draft: EventDraft): Event {
  return create(EventSchema, {
    eventId: draft.eventId,
    type: TYPE_NAMES.get(draft.payload.case) ?? draft.payload.case,
    at: timestamp(draft.at),
    actor: draft.actor,
    taskId: draft.taskId,
    payload: draft.payload,
  });
}

/**
 * Gives an encoded event its place. The place is known only once the log has
 * it, after the event was encoded; protobuf reads the last value of a field, so
 * it is put behind what is there and nothing is decoded.
 */
export function placeEvent(bytes: Uint8Array, seq: number, turn: number): EventRecord {
  const tail = placeBytes(seq, turn);
  const placed = new Uint8Array(bytes.length + tail.length);
  placed.set(bytes);
  placed.set(tail, bytes.length);
  return { seq, turn, bytes: placed };
}

/** How many bytes the log counts for an event: as it was before it had its place. */
export function bytesWithoutPlace({ bytes, seq, turn }: EventRecord): number {
  return bytes.length - placeBytes(seq, turn).length;
}

/** `seq` and `turn_number`, encoded. */
function placeBytes(seq: number, turn: number): number[] {
  return [8, ...varint(seq), ...(turn === 0 ? [] : [16, ...varint(turn)])];
}

export function decodeEvent(record: EventRecord): Event {
  return fromBinary(EventSchema, record.bytes, STORED);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

function timestamp(at: Date) {
  const ms = at.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}
