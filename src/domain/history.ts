import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import {
  type GetSessionHistoryResponse,
  type TimelineEntry,
  TimelineEntrySchema,
} from "../../gen/parley/v1/run_history_pb.js";
import { decisionPointOf } from "./decision-points.ts";
import { eventSentence } from "./event-sentence.ts";
import { resourceAllocationsOf } from "./resource-allocations.ts";
import { stageTransitionOf } from "./stage-transitions.ts";
import { workSteps } from "./work-steps.ts";

/** What a page of the log tells. */
export type History = Pick<
  GetSessionHistoryResponse,
  "timeline" | "stageTransitions" | "resourceAllocations" | "decisionPoints"
>;

/**
 * What happened, as events that follow one another tell it.
 * @param past the head right before the first of them; undefined: the log begins with them, or
 *   none of them is about the work
 */
export function historyOf(past: Head | undefined, events: readonly Event[]): History {
  const steps = workSteps(past, events);
  return {
    timeline: events.map(timelineEntryOf),
    stageTransitions: steps.map(stageTransitionOf).filter((one) => one !== undefined),
    resourceAllocations: steps.flatMap(resourceAllocationsOf),
    decisionPoints: events.map(decisionPointOf).filter((one) => one !== undefined),
  };
}

function timelineEntryOf(event: Event): TimelineEntry {
  const { seq, at: timestamp, type, actor, taskId } = event;
  const description = eventSentence(event);
  return create(TimelineEntrySchema, { seq, timestamp, type, description, actor, taskId });
}
