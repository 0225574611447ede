import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  type Message,
  MessageSchema,
  type NewMessage,
  type Part,
} from "../../gen/parley/v1/message_pb.js";
import type { EventDraft } from "./event.ts";
import { refuseDeepObject, refuseDeepValue } from "./json-depth.ts";

/**
 * The payload that keeps a message in the log. `path` names the message in the
 * request, for what is refused about it.
 */
export function messagePayload(given: NewMessage, path: string): EventDraft["payload"] {
  const { role, content, parts, name, metadata } = given;
  refuseDeepObject(`${path}.metadata`, metadata);
  for (const [i, { part }] of parts.entries()) refuseDeepPart(`${path}.parts[${i}]`, part);
  return { case: "message", value: { role, content, parts, name, metadata } };
}

function refuseDeepPart(path: string, part: Part["part"]): void {
  if (part.case === "data") refuseDeepValue(`${path}.data`, part.value);
  if (part.case === "toolCall") refuseDeepObject(`${path}.tool_call.input`, part.value.input);
  if (part.case === "toolResult") refuseDeepValue(`${path}.tool_result.output`, part.value.output);
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
