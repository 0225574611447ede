import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { ScenarioStep } from "../../gen/parley/v1/state_pb.js";
import type { TurnEndedSchema, TurnStartedSchema } from "../../gen/parley/v1/turn_event_pb.js";
import type { BeginTurnRequest, EndTurnRequest } from "../../gen/parley/v1/turn_requests_pb.js";
import { invalidArgument, ParleyError } from "./errors.ts";
import { refuseDeepObject, refuseDeepValue } from "./json-depth.ts";
import { refuseLargeText } from "./message.ts";
import { lastTurnId, openTurn, type TurnIdentity, turnPhase } from "./turn-mark.ts";

/** Refuses what no turn could begin with. */
export function checkBeginning(request: BeginTurnRequest): void {
  refuseLargeText("user_message", request.userMessage ?? "");
  refuseDeepObject("metadata", request.metadata);
  checkStep("scenario_before", request.scenarioBefore);
}

/** What begins a turn after the last one; `turn_open` while one that a call began is not ended. */
export function beginning(
  head: Head,
  { scenarioBefore, metadata }: BeginTurnRequest,
): MessageInitShape<typeof TurnStartedSchema> {
  if (turnPhase(head) === "begun") {
    throw new ParleyError("turn_open", "the last turn was begun by a call and has not ended");
  }
  return { scenarioBefore: standing(head, scenarioBefore), metadata };
}

/** Refuses what no turn could end with. */
export function checkEnding(request: EndTurnRequest): void {
  refuseLargeText("agent_response", request.agentResponse ?? "");
  refuseDeepObject("metadata", request.metadata);
  checkStep("scenario_after", request.scenarioAfter);
  for (const [i, { metadata }] of request.matchedRules.entries()) {
    refuseDeepObject(`matched_rules[${i}].metadata`, metadata);
  }
  for (const [i, { input, output }] of request.toolsCalled.entries()) {
    refuseDeepObject(`tools_called[${i}].input`, input);
    refuseDeepValue(`tools_called[${i}].output`, output);
  }
}

/**
 * What ends the turn that is named. `turn_not_found` also where its id has to be
 * looked up first; see `openTurn`.
 */
export function ending(
  head: Head,
  request: EndTurnRequest,
  known?: TurnIdentity,
): MessageInitShape<typeof TurnEndedSchema> {
  openTurn(head, request.turn, known);
  const { outcome, matchedRules, toolsCalled, latencyMs, tokensUsed, metadata } = request;
  return {
    turnId: lastTurnId(head, known),
    scenarioAfter: standing(head, request.scenarioAfter),
    ...{ outcome, matchedRules, toolsCalled, latencyMs, tokensUsed, metadata },
  };
}

/** Where the conversation stands: as given, an empty id being nowhere, else as the state says. */
function standing(head: Head, given: ScenarioStep | undefined): ScenarioStep | undefined {
  if (given === undefined) return head.state?.activeScenario;
  return given.scenarioId === "" ? undefined : given;
}

/** Names of scenarios and their steps are as long as those of the state. */
function checkStep(field: string, step: ScenarioStep | undefined): void {
  for (const [name, value] of [
    ["scenario_id", step?.scenarioId],
    ["step_id", step?.stepId],
  ]) {
    if (value === undefined || value === "" || /^.{1,128}$/su.test(value)) continue;
    throw invalidArgument(`${field}.${name}`, "must be at most 128 code points");
  }
}
