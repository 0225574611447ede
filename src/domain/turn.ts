import { create, type JsonObject } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type Message, Role } from "../../gen/parley/v1/message_pb.js";
import type { Task } from "../../gen/parley/v1/task_pb.js";
import type { TurnEnded, TurnStarted } from "../../gen/parley/v1/turn_event_pb.js";
import { type Turn, TurnSchema, TurnStatus } from "../../gen/parley/v1/turn_pb.js";
import { merged } from "./merge.ts";
import { messageOf } from "./message.ts";
import { toolInvocations } from "./tool-invocations.ts";
import { turnTask } from "./turn-task.ts";

/** What was read of a turn. */
export interface TurnExcerpt {
  readonly turn: number;
  /** Some of its events, or all, in order; the first one is among them. */
  readonly events: readonly Event[];
  /** How many it has in all. */
  readonly eventCount: number;
  readonly lastSeq: number;
  /** True if it is the last one of its session. */
  readonly isLast: boolean;
}

/** What can be told of a turn: of one that a call ended, nothing that came after. */
export interface TurnStory {
  readonly events: readonly Event[];
  readonly messages: readonly Message[];
  readonly opening: Event | undefined;
  readonly started: TurnStarted | undefined;
  readonly ended: TurnEnded | undefined;
  readonly endedAt: Timestamp | undefined;
  readonly lastSeq: number;
  /** The task that worked on it, as far as its events tell of that. */
  readonly task: Task | undefined;
  /** True if all its events are here. */
  readonly whole: boolean;
}

export function storyOf(excerpt: TurnExcerpt): TurnStory {
  const end = excerpt.events.find(({ payload }) => payload.case === "turnEnded");
  const lastSeq = end?.seq ?? excerpt.lastSeq;
  const events = excerpt.events.filter(({ seq }) => seq <= lastSeq);
  const [opening] = events;
  return {
    events,
    messages: events.map(messageOf).filter((m) => m !== undefined),
    opening,
    started: opening?.payload.case === "turnStarted" ? opening.payload.value : undefined,
    ended: end?.payload.case === "turnEnded" ? end.payload.value : undefined,
    endedAt: end?.at,
    lastSeq,
    task: turnTask(events),
    whole: events.length === lastSeq - (opening?.seq ?? 0) + 1,
  };
}

/** What a turn was about, as its readers see it. */
export function turnOf(excerpt: TurnExcerpt): Turn {
  const story = storyOf(excerpt);
  const { opening, started, ended, endedAt, messages } = story;
  const isOpen = excerpt.isLast && ended === undefined;
  return create(TurnSchema, {
    turnId: opening?.eventId ?? "",
    turnNumber: excerpt.turn,
    userMessage: userMessage(story),
    agentResponse: answerOf(messages)?.content ?? "",
    toolsCalled: toolInvocations(messages, ended?.toolsCalled ?? []),
    timestamp: opening?.at,
    firstSeq: opening?.seq ?? 0,
    lastSeq: story.lastSeq,
    status: isOpen ? TurnStatus.OPEN : TurnStatus.ENDED,
    matchedRules: ended?.matchedRules ?? [],
    scenarioBefore: started?.scenarioBefore,
    scenarioAfter: ended?.scenarioAfter,
    latencyMs: latencyMs(story),
    tokensUsed: tokensUsed(story),
    outcome: ended?.outcome,
    endedAt,
    metadata: metadataOf(started?.metadata, ended?.metadata),
  });
}

/** The text of the first user message; empty where there is none. */
export function userMessage({ messages }: TurnStory): string {
  return messages.find(({ role }) => role === Role.USER)?.content ?? "";
}

/**
 * As it was reported, else from the first event to the last answer, else as long as its task took,
 * where all events were looked at: it may have been paused.
 */
export function latencyMs(story: TurnStory): number | undefined {
  const { ended, opening, messages, task, whole } = story;
  if (ended?.latencyMs !== undefined) return ended.latencyMs;
  const answered = answerOf(messages)?.timestamp;
  if (answered !== undefined && opening?.at !== undefined) {
    return uint32(timestampMs(answered) - timestampMs(opening.at));
  }
  if (!whole || task?.durationMs === undefined) return undefined;
  return uint32(Number(task.durationMs));
}

/**
 * As it was reported, else the sum over the messages, else what was used for its task; sums
 * only where all events were looked at.
 */
export function tokensUsed({ ended, messages, task, whole }: TurnStory): number | undefined {
  if (ended?.tokensUsed !== undefined) return ended.tokensUsed;
  if (!whole) return undefined;
  const counted = messages.flatMap(({ tokens }) => tokens ?? []);
  if (counted.length > 0) return uint32(counted.reduce((sum, tokens) => sum + tokens, 0));
  return task !== undefined && task.totalTokens > 0n ? uint32(Number(task.totalTokens)) : undefined;
}

/** The last assistant message that says something, or said something until it was redacted. */
function answerOf(messages: readonly Message[]): Message | undefined {
  return messages.findLast(
    ({ role, content, redacted }) => role === Role.ASSISTANT && (content !== "" || redacted),
  );
}

function metadataOf(
  started: JsonObject | undefined,
  ended: JsonObject | undefined,
): JsonObject | undefined {
  return ended === undefined ? started : merged(started, ended);
}

/** Clocks of replicas differ, and sums have no bound. */
function uint32(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 4_294_967_295);
}
