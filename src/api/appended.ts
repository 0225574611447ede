import type { NewAgentEvent } from "../../gen/parley/v1/conversation_commands_pb.js";
import type { NewMessage } from "../../gen/parley/v1/message_pb.js";
import type { Context } from "../context.ts";
import { type NewEvent, newEvent } from "../domain/event.ts";
import { refuseLargeEvents } from "../domain/event-limits.ts";
import { refuseDeepObject } from "../domain/json-depth.ts";
import { messagePayload, refuseSameIds } from "../domain/message.ts";
import type { Principal } from "../domain/principal.ts";
import { draftEvent } from "./event.ts";

/** Messages to append, checked, as events of their caller and of a task if it is for one. */
export function messageEvents(
  context: Context,
  principal: Principal,
  messages: readonly NewMessage[],
  taskId?: string,
): NewEvent[] {
  refuseSameIds(messages);
  const events = messages.map((message, i) => {
    const draft = draftEvent(context, principal, messagePayload(message, `messages[${i}]`));
    const eventId = message.messageId ?? draft.eventId;
    return newEvent({ ...draft, eventId, ...(taskId !== undefined && { taskId }) });
  });
  refuseLargeEvents(events, "messages");
  return events;
}

/** Events of an agent to append, likewise. */
export function agentEvents(
  context: Context,
  principal: Principal,
  given: readonly NewAgentEvent[],
  taskId?: string,
): NewEvent[] {
  const events = given.map(({ name, agentId, message, payload }, i) => {
    refuseDeepObject(`events[${i}].payload`, payload);
    const value = { name, agentId, message, payload };
    const draft = draftEvent(context, principal, { case: "agentEvent", value });
    return newEvent({ ...draft, ...(taskId !== undefined && { taskId }) });
  });
  refuseLargeEvents(events, "events");
  return events;
}
