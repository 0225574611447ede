import {
  clone,
  create,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
} from "@bufbuild/protobuf";
import { type Timestamp, type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { StateChanged } from "../../gen/parley/v1/event_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import {
  AgentStateSchema,
  RuleFiresSchema,
  type ScenarioStep,
  ScenarioStepSchema,
  ScenarioVisitSchema,
  type SessionState,
  SessionStateSchema,
  VariableSchema,
} from "../../gen/parley/v1/state_pb.js";
import { invalidArgument, ParleyError } from "./errors.ts";
import { refuseDeepObject } from "./json-depth.ts";
import { merged } from "./merge.ts";
import { refuseOversize } from "./session.ts";

/** Most bytes of a state, encoded, beside the context. */
export const MAX_STATE_BYTES = 262_144;

/** Visits of scenarios that a state remembers; the log has all of them. */
const MAX_VISITS = 100;

/** Refuses what no session could be changed to. */
export function checkStateChange(change: StateChanged): void {
  refuseDeepObject("context", change.context);
  refuseDeepObject("variables", change.variables);
  for (const [agent, patch] of Object.entries(change.agents)) {
    refuseDeepObject(`agents[${JSON.stringify(agent)}]`, patch);
  }
  checkNames("variables", Object.keys(change.variables ?? {}));
  checkNames("agents", Object.keys(change.agents));
  checkNames("rules_fired", change.rulesFired);
}

function checkNames(field: string, names: readonly string[]): void {
  const wrong = names.find((name) => name === "__proto__" || !/^.{1,128}$/su.test(name));
  if (wrong !== undefined)
    throw invalidArgument(field, "has a name that is no 1 to 128 code points");
}

/** Refuses a state that has grown too large. */
export function refuseLargeState(head: Head): void {
  if (head.session !== undefined) refuseOversize(head.session);
  const { state } = head;
  if (state === undefined) return;
  refuseMany("variables", state.variables, 512);
  refuseMany("rules_fired", state.ruleFires, 1000);
  refuseMany("agents", state.agents, 64);
  if (toBinary(SessionStateSchema, state).length <= MAX_STATE_BYTES) return;
  const description = `must not make the state larger than ${MAX_STATE_BYTES} bytes`;
  throw new ParleyError("payload_too_large", `variables: ${description}`, {
    violations: [{ field: "variables", description }],
  });
}

function refuseMany(field: string, entries: object, most: number): void {
  if (Object.keys(entries).length > most) {
    throw invalidArgument(field, `must not be more than ${most}`);
  }
}

/** Changes the draft as an event says. Total, since what is in the log was accepted. */
export function applyStateChange(
  head: Head,
  session: Session,
  change: StateChanged,
  at: Timestamp,
): void {
  const state = head.state ?? create(SessionStateSchema);
  if (change.context !== undefined) session.context = merged(session.context, change.context);
  setVariables(state, change.variables ?? {}, at);
  for (const rule of change.rulesFired) {
    const count = (state.ruleFires[rule]?.count ?? 0) + 1;
    state.ruleFires[rule] = create(RuleFiresSchema, { count, lastFiredAt: at });
  }
  for (const [agent, patch] of Object.entries(change.agents)) setAgent(state, agent, patch, at);
  if (change.scenario !== undefined) enter(state, session, change.scenario, at);
  head.state = state;
}

function setVariables(state: SessionState, patch: JsonObject, at: Timestamp): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete state.variables[name];
    else state.variables[name] = create(VariableSchema, { value: toValue(value), updatedAt: at });
  }
}

function toValue(value: JsonValue): Value {
  return fromJson(ValueSchema, value);
}

function setAgent(state: SessionState, agent: string, patch: JsonObject, at: Timestamp): void {
  if (Object.keys(patch).length === 0) return;
  const after = merged(state.agents[agent]?.state, patch);
  if (Object.keys(after).length === 0) delete state.agents[agent];
  else state.agents[agent] = create(AgentStateSchema, { state: after, updatedAt: at });
}

/** Goes to a step, or out of any scenario; staying where one is is no visit. */
function enter(state: SessionState, session: Session, to: ScenarioStep, at: Timestamp): void {
  const { activeScenario: from } = state;
  const step = to.scenarioId === "" ? undefined : clone(ScenarioStepSchema, to);
  if (from?.scenarioId === step?.scenarioId && from?.stepId === step?.stepId) return;
  const visit = create(ScenarioVisitSchema, { step, enteredAt: at });
  state.scenarioHistory = [...state.scenarioHistory, visit].slice(-MAX_VISITS);
  state.activeScenario = step;
  session.activeScenarioId = step?.scenarioId;
  session.activeStepId = step?.stepId;
}
