import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Frame, RecordedDialogue } from "../../support/dialogues.ts";

/** What a user said and what came back: a turn. */
export interface Exchange {
  /** From 1. */
  readonly number: number;
  readonly user: string;
  /** What was understood of it, one frame for each service it was about. */
  readonly understood: readonly Frame[];
  readonly system: string;
  readonly calls: readonly ToolUse[];
}

/** A call of a service. One that found nothing counts as failed, so that there are both. */
export interface ToolUse {
  readonly callId: string;
  readonly name: string;
  readonly input: JsonObject;
  readonly output: JsonValue[];
  readonly success: boolean;
}

export interface Step {
  readonly scenarioId: string;
  readonly stepId: string;
}

export function exchangesOf({ turns }: RecordedDialogue): Exchange[] {
  return turns.flatMap(({ speaker, utterance, frames }, t) => {
    const answer = turns[t + 1];
    if (speaker !== "user" || answer === undefined) return [];
    const number = t / 2 + 1;
    const calls = answer.frames.flatMap((frame, f) => callsIn(frame, `call-${number}-${f}`));
    return [{ number, user: utterance, understood: frames, system: answer.utterance, calls }];
  });
}

function callsIn({ service_call, service_results = [] }: Frame, callId: string): ToolUse[] {
  if (service_call === undefined) return [];
  const { method: name, parameters: input } = service_call;
  return [{ callId, name, input, output: service_results, success: service_results.length > 0 }];
}

/** Where an exchange leaves the conversation: in the intent that was named last, or in none. */
export function stepAfter({ understood, calls }: Exchange): Step | undefined {
  const intent = understood.at(-1)?.active_intent ?? "NONE";
  if (intent === "NONE") return undefined;
  return { scenarioId: intent, stepId: calls.length > 0 ? "act" : "ask" };
}

/** The name of the variable that keeps a slot. */
export function variableOf(service: string, slot: string): string {
  return `${service}.${slot}`;
}
