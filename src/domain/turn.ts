import { create, type JsonObject } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Event, TurnEnded, TurnStarted } from "../../gen/parley/v1/event_pb.js";
import { type Message, Role } from "../../gen/parley/v1/message_pb.js";
import { type Turn, TurnSchema, TurnStatus } from "../../gen/parley/v1/turn_pb.js";
import { merged } from "./merge.ts";
import { messageOf } from "./message.ts";
import { toolInvocations } from "./tool-invocations.ts";

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

/** As it was reported, else from the first event to the last answer. */
export function latencyMs({ ended, opening, messages }: TurnStory): number | undefined {
  if (ended?.latencyMs !== undefined) return ended.latencyMs;
  const answered = answerOf(messages)?.timestamp;
  if (answered === undefined || opening?.at === undefined) return undefined;
  return uint32(timestampMs(answered) - timestampMs(opening.at));
}

/** As it was reported, else the sum over the messages, where all of them were looked at. */
export function tokensUsed({ ended, messages, whole }: TurnStory): number | undefined {
  if (ended?.tokensUsed !== undefined) return ended.tokensUsed;
  const counted = messages.flatMap(({ tokens }) => tokens ?? []);
  if (!whole || counted.length === 0) return undefined;
  return uint32(counted.reduce((sum, tokens) => sum + tokens, 0));
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
