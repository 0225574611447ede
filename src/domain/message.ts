import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Event, MessageAppendedSchema } from "../../gen/parley/v1/event_pb.js";
import {
  type Attachment,
  type Message,
  MessageSchema,
  type NewMessage,
  type Part,
  PartSchema,
} from "../../gen/parley/v1/message_pb.js";
import { invalidArgument, payloadTooLarge } from "./errors.ts";
import { refuseDeepObject, refuseDeepValue } from "./json-depth.ts";

/** Most bytes of a text, and of a part whatever it is. */
export const MAX_PART_BYTES = 1_048_576;
/** Most bytes of a thumbnail. */
export const MAX_THUMBNAIL_BYTES = 51_200;

type MessagePayload = {
  case: "message";
  value: MessageInitShape<typeof MessageAppendedSchema>;
};

/**
 * The payload that keeps a message in the log. `path` names the message in the
 * request, for what is refused about it.
 */
export function messagePayload(given: NewMessage, path: string): MessagePayload {
  const { role, content, parts, name, metadata, attachments, tokens } = given;
  refuseLargeText(`${path}.content`, content);
  refuseDeepObject(`${path}.metadata`, metadata);
  for (const [i, part] of parts.entries()) checkPart(`${path}.parts[${i}]`, part);
  for (const [i, attachment] of attachments.entries()) {
    refuseLargeThumbnail(`${path}.attachments[${i}].thumbnail`, attachment);
  }
  return { case: "message", value: { role, content, parts, name, metadata, attachments, tokens } };
}

/** Refuses two messages of one request that are to have the same id. */
export function refuseSameIds(messages: readonly NewMessage[]): void {
  const seen = new Set<string>();
  for (const [i, { messageId }] of messages.entries()) {
    if (messageId === undefined) continue;
    if (seen.has(messageId)) {
      throw invalidArgument(`messages[${i}].message_id`, "is that of another message here");
    }
    seen.add(messageId);
  }
}

/** Refuses a text that is larger than a part may be. */
export function refuseLargeText(field: string, text: string): void {
  if (isLarge(text)) throw tooLarge(field, MAX_PART_BYTES);
}

function checkPart(path: string, part: Part): void {
  refuseDeepPart(path, part.part);
  const large =
    part.part.case === "text"
      ? isLarge(part.part.value)
      : toBinary(PartSchema, part).length > MAX_PART_BYTES;
  if (large) throw tooLarge(path, MAX_PART_BYTES);
}

function refuseDeepPart(path: string, part: Part["part"]): void {
  if (part.case === "data") refuseDeepValue(`${path}.data`, part.value);
  if (part.case === "toolCall") refuseDeepObject(`${path}.tool_call.input`, part.value.input);
  if (part.case === "toolResult") refuseDeepValue(`${path}.tool_result.output`, part.value.output);
}

function refuseLargeThumbnail(path: string, { thumbnail }: Attachment): void {
  if (thumbnail.length > MAX_THUMBNAIL_BYTES) throw tooLarge(path, MAX_THUMBNAIL_BYTES);
}

/** Encoded only where it could be too large: a code unit takes at most three bytes. */
function isLarge(text: string): boolean {
  if (text.length * 3 <= MAX_PART_BYTES) return false;
  return new TextEncoder().encode(text).length > MAX_PART_BYTES;
}

function tooLarge(field: string, most: number): Error {
  return payloadTooLarge(field, `must not be larger than ${most} bytes`);
}

/** A message as its readers see it; undefined for an event that carries none. */
export function messageOf(event: Event): Message | undefined {
  if (event.payload.case !== "message") return undefined;
  const { role, content, parts, name, metadata, attachments, tokens, redacted } =
    event.payload.value;
  const init: MessageInitShape<typeof MessageSchema> = {
    messageId: event.eventId,
    seq: event.seq,
    role,
    content: textOf(content, parts),
    parts,
    timestamp: event.at,
    name,
    metadata,
    turnNumber: event.turnNumber,
    attachments,
    tokens,
    redacted,
  };
  return create(MessageSchema, init);
}

/** The text of a content: as given, else its text parts joined by a newline. */
function textOf(content: string, parts: Message["parts"]): string {
  if (content !== "") return content;
  const texts = parts.flatMap(({ part }) => (part.case === "text" ? [part.value] : []));
  return texts.join("\n");
}
