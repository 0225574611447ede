import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Message, MessageSchema, type NewMessage } from "../../gen/parley/v1/message_pb.js";
import type { EventDraft } from "./event.ts";

/** The payload that keeps a message in the log. */
export function messagePayload(given: NewMessage): EventDraft["payload"] {
  const { role, content, parts, name, metadata } = given;
  return { case: "message", value: { role, content, parts, name, metadata } };
}

/** A message as its readers see it; undefined for an event that carries none. */
export function messageOf(event: Event): Message | undefined {
  if (event.payload.case !== "message") return undefined;
  const { role, content, parts, name, metadata } = event.payload.value;
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
  };
  return create(MessageSchema, init);
}

/** The text of a content: as given, else its text parts joined by a newline. */
function textOf(content: string, parts: Message["parts"]): string {
  if (content !== "") return content;
  const texts = parts.flatMap(({ part }) => (part.case === "text" ? [part.value] : []));
  return texts.join("\n");
}
