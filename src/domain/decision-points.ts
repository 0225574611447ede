import { create, type JsonObject } from "@bufbuild/protobuf";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { type DecisionPoint, DecisionPointSchema } from "../../gen/parley/v1/run_history_pb.js";
import { eventSentence } from "./event-sentence.ts";

/** Agent events that tell of a decision. */
const DECISION = /^decision$/i;
/** Longest description of a decision, in code points. */
const MAX_DESCRIPTION = 200;

/** The decision that an event tells of; undefined where it tells of none. */
export function decisionPointOf(event: Event): DecisionPoint | undefined {
  const decision = decisionIn(event);
  if (decision === undefined) return undefined;
  const { seq, at: timestamp, actor, taskId } = event;
  const { payload } = decision;
  const description = beginningOf(describe(event, decision));
  return create(DecisionPointSchema, { seq, timestamp, description, actor, taskId, payload });
}

interface Decision {
  /** What was decided, in the words of the agent. */
  readonly words?: string | undefined;
  /** Why, in the words of who decided. */
  readonly reason?: string | undefined;
  readonly payload?: JsonObject | undefined;
}

function describe(event: Event, { words, reason }: Decision): string {
  const what = words?.trim() || eventSentence(event);
  const why = reason?.trim();
  return why ? `${what}: ${why}` : what;
}

function decisionIn({ payload }: Event): Decision | undefined {
  switch (payload.case) {
    case "agentEvent": {
      const { name, message: words, payload: kept } = payload.value;
      return DECISION.test(name) ? { words, payload: kept } : undefined;
    }
    case "taskCancelled":
      return { reason: payload.value.reason };
    // Of a pause by the budget, its being spent is the decision.
    case "taskPaused":
      return payload.value.byBudget ? undefined : { reason: payload.value.reason };
    case "taskResumed":
    case "budgetExceeded":
      return {};
    default:
      return undefined;
  }
}

function beginningOf(text: string): string {
  return [...text.slice(0, 2 * MAX_DESCRIPTION)].slice(0, MAX_DESCRIPTION).join("");
}
