import { create } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Attachment, Role } from "../../gen/parley/v1/message_pb.js";
import {
  type TurnEvents,
  TurnEventsSchema,
  type TurnMetadata,
  TurnMetadataSchema,
} from "../../gen/parley/v1/turn_pb.js";
import {
  latencyMs,
  storyOf,
  type TurnExcerpt,
  type TurnStory,
  tokensUsed,
  userMessage,
} from "./turn.ts";

/** Most events that come with a turn. */
export const EVENTS_PER_PAGE = 200;

/** What makes titles makes no answers. */
const TITLE_GENERATOR = /^title[_-]?generator$/i;
/** Agent events whose text is what an agent put out. */
const OUTPUT = /^llm_output$/i;

/**
 * A turn with its events, without their payloads unless asked for.
 * @param page the events to give; default: its first ones
 */
export function turnEventsOf(
  excerpt: TurnExcerpt,
  includePayload: boolean,
  page: readonly Event[] = firstEvents(excerpt),
): TurnEvents {
  const story = storyOf(excerpt);
  return create(TurnEventsSchema, {
    turn: excerpt.turn,
    taskId: story.task?.taskId,
    userQuery: userMessage(story),
    finalOutput: finalOutput(story),
    timestamp: story.opening?.at,
    events: page.map((event) => (includePayload ? event : withoutPayload(event))),
    eventCount: excerpt.eventCount,
    metadata: metadataOf(story, includePayload),
  });
}

/** The event with only what names and places it. */
export function withoutPayload(event: Event): Event {
  return { ...event, payload: { case: undefined } };
}

/** The first events as far as nothing is left out between them. */
function firstEvents({ events }: TurnExcerpt): readonly Event[] {
  const first = events[0]?.seq ?? 0;
  const gap = events.findIndex(({ seq }, i) => seq !== first + i);
  return events.slice(0, Math.min(gap === -1 ? events.length : gap, EVENTS_PER_PAGE));
}

function finalOutput(story: TurnStory): string {
  const result = taskResult(story);
  if (result !== undefined) return result;
  const outputs = story.messages.filter(
    ({ role, name }) => role === Role.ASSISTANT && !TITLE_GENERATOR.test(name ?? ""),
  );
  const first = outputs.find(({ content, redacted }) => redacted || content.trim() !== "");
  return first === undefined && outputs.length === 0
    ? firstAgentOutput(story.events)
    : (first?.content ?? "");
}

/** Not where an answer was redacted: the result says the same once more. */
function taskResult({ task, messages }: TurnStory): string | undefined {
  if (task?.result === undefined || task.result.trim() === "") return undefined;
  const redacted = messages.some((message) => message.role === Role.ASSISTANT && message.redacted);
  return redacted ? undefined : task.result;
}

function firstAgentOutput(events: readonly Event[]): string {
  const texts = events.flatMap(({ payload }) => {
    if (payload.case !== "agentEvent" || !OUTPUT.test(payload.value.name)) return [];
    return TITLE_GENERATOR.test(payload.value.agentId ?? "") ? [] : [payload.value.message ?? ""];
  });
  return texts.find((text) => text.trim() !== "") ?? "";
}

function metadataOf(story: TurnStory, withThumbnails: boolean): TurnMetadata {
  const attachments = story.messages.flatMap((message) => message.attachments);
  return create(TurnMetadataSchema, {
    tokensUsed: tokensUsed(story),
    executionTimeMs: latencyMs(story),
    agentsInvolved: agentsOf(story),
    attachments: withThumbnails ? attachments : attachments.map(withoutThumbnail),
  });
}

function agentsOf({ events, messages, task }: TurnStory): string[] {
  const agents = events.map(({ payload }) =>
    payload.case === "agentEvent" ? payload.value.agentId : undefined,
  );
  const speakers = messages.map(({ role, name }) => (role === Role.ASSISTANT ? name : undefined));
  const workers = [task?.agentId, ...(task?.agentsUsed ?? [])];
  const named = [...agents, ...speakers, ...workers].filter((name) => name !== undefined);
  return [...new Set(named)].filter((name) => name !== "").sort();
}

function withoutThumbnail(attachment: Attachment): Attachment {
  return { ...attachment, thumbnail: new Uint8Array(0) };
}
