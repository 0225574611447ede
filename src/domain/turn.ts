import { create } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Message, Role } from "../../gen/parley/v1/message_pb.js";
import { type ToolInvocation, ToolInvocationSchema } from "../../gen/parley/v1/tool_pb.js";
import {
  type Turn,
  type TurnEvents,
  TurnEventsSchema,
  TurnSchema,
} from "../../gen/parley/v1/turn_pb.js";
import { messageOf } from "./message.ts";

/** The events of a turn that were read, and what is known of the others. */
export interface TurnExcerpt {
  readonly turn: number;
  /** Its first events, in order. */
  readonly events: readonly Event[];
  /** How many it has in all. */
  readonly eventCount: number;
  readonly lastSeq: number;
  /** Its last assistant message, where that is not among `events`. */
  readonly response?: Message;
}

/** What a turn was about, as its readers see it. */
export function turnOf(excerpt: TurnExcerpt): Turn {
  const messages = messagesOf(excerpt);
  const opening = messages[0];
  return create(TurnSchema, {
    turnId: opening?.messageId ?? "",
    turnNumber: excerpt.turn,
    userMessage: opening?.content ?? "",
    agentResponse: lastAssistant(excerpt, messages, () => true)?.content ?? "",
    toolsCalled: toolInvocations(messages),
    timestamp: opening?.timestamp,
    firstSeq: excerpt.events[0]?.seq ?? 0,
    lastSeq: excerpt.lastSeq,
  });
}

/** A turn with its events, without their payloads unless asked for. */
export function turnEventsOf(excerpt: TurnExcerpt, includePayload: boolean): TurnEvents {
  const messages = messagesOf(excerpt);
  const opening = messages[0];
  const output = lastAssistant(excerpt, messages, (m) => m.content.trim() !== "");
  return create(TurnEventsSchema, {
    turn: excerpt.turn,
    userQuery: opening?.content ?? "",
    finalOutput: output?.content ?? "",
    timestamp: opening?.timestamp,
    events: excerpt.events.map((event) => (includePayload ? event : withoutPayload(event))),
    eventCount: excerpt.eventCount,
  });
}

/** The event with only what names and places it. */
export function withoutPayload(event: Event): Event {
  return { ...event, payload: { case: undefined } };
}

function messagesOf(excerpt: TurnExcerpt): Message[] {
  return excerpt.events.map(messageOf).filter((m) => m !== undefined);
}

function lastAssistant(
  excerpt: TurnExcerpt,
  messages: readonly Message[],
  accepts: (message: Message) => boolean,
): Message | undefined {
  if (excerpt.response !== undefined && accepts(excerpt.response)) return excerpt.response;
  return messages.findLast((m) => m.role === Role.ASSISTANT && accepts(m));
}

function toolInvocations(messages: readonly Message[]): ToolInvocation[] {
  const invocations: ToolInvocation[] = [];
  for (const { part } of messages.flatMap((m) => m.parts)) {
    if (part.case === "toolCall") {
      const { callId, name, input } = part.value;
      invocations.push(create(ToolInvocationSchema, { callId, name, input }));
    } else if (part.case === "toolResult") {
      const { callId, output, isError } = part.value;
      const call = invocations.find((i) => i.callId === callId && i.success === undefined);
      if (call !== undefined) Object.assign(call, { output, success: !isError });
    }
  }
  return invocations;
}
