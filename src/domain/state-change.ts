import {
  clone,
  create,
  equals,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type Timestamp, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type StateChanged, StateChangedSchema } from "../../gen/parley/v1/event_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import {
  AgentStateSchema,
  RuleFiresSchema,
  type ScenarioStep,
  ScenarioStepSchema,
  ScenarioVisitSchema,
  type SessionState,
  SessionStateSchema,
  type Variable,
  VariableSchema,
} from "../../gen/parley/v1/state_pb.js";
import { invalidArgument, ParleyError } from "./errors.ts";
import { refuseDeepObject } from "./json-depth.ts";
import { merged, sameJson } from "./merge.ts";
import { MAX_CONTEXT_BYTES, refuseOversize } from "./session.ts";

/** Most bytes of a state, encoded, beside the context. */
export const MAX_STATE_BYTES = 262_144;

/** Most bytes of one change, encoded: what it may set in all, since deletions can be larger. */
const MAX_CHANGE_BYTES = MAX_CONTEXT_BYTES + MAX_STATE_BYTES;

/** Visits of scenarios that a state remembers; the log has all of them. */
const MAX_VISITS = 100;

/** A name of 1 to 128 code points. `__proto__` is what no key of a map may be called. */
const NAME = /^(?!__proto__$).{1,128}$/su;

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
  if (change.scenario !== undefined) checkStep(change.scenario);
  if (toBinary(StateChangedSchema, change).length <= MAX_CHANGE_BYTES) return;
  throw tooLarge(change, `must not be larger than ${MAX_CHANGE_BYTES} bytes in all`);
}

function checkNames(field: string, names: readonly string[]): void {
  if (names.every((name) => NAME.test(name))) return;
  throw invalidArgument(field, "has a name that is no 1 to 128 code points");
}

/** Leaving every scenario is an empty `scenario_id`, which then has no step either. */
function checkStep({ scenarioId, stepId }: ScenarioStep): void {
  if (scenarioId === "" && stepId !== undefined) {
    throw invalidArgument("scenario.step_id", "must not be given without a scenario_id");
  }
  if (scenarioId !== "") checkNames("scenario.scenario_id", [scenarioId]);
  if (stepId !== undefined) checkNames("scenario.step_id", [stepId]);
}

/** Refuses a state that has grown too large by a change. */
export function refuseLargeState(head: Head, change: StateChanged): void {
  if (head.session !== undefined) refuseOversize(head.session);
  const { state } = head;
  if (state === undefined) return;
  refuseMany("variables", state.variables, 512);
  refuseMany("rules_fired", state.ruleFires, 1000);
  refuseMany("agents", state.agents, 64);
  if (toBinary(SessionStateSchema, state).length <= MAX_STATE_BYTES) return;
  throw tooLarge(change, `must not make the state larger than ${MAX_STATE_BYTES} bytes`);
}

function refuseMany(field: string, entries: object, most: number): void {
  if (Object.keys(entries).length > most) {
    throw invalidArgument(field, `must not be more than ${most}`);
  }
}

/** Names what the change was made of, since its parts share the room. */
function tooLarge(change: StateChanged, description: string): ParleyError {
  const given = {
    context: change.context !== undefined,
    variables: change.variables !== undefined,
    agents: Object.keys(change.agents).length > 0,
    rules_fired: change.rulesFired.length > 0,
    scenario: change.scenario !== undefined,
  };
  const fields = Object.entries(given).flatMap(([field, isGiven]) => (isGiven ? [field] : []));
  return new ParleyError("payload_too_large", `${fields.join(", ")}: ${description}`, {
    violations: fields.map((field) => ({ field, description })),
  });
}

/** True if two heads of one session hold the same state. */
export function sameState(one: Head, other: Head): boolean {
  const [held, next] = [one, other].map(({ state }) => state ?? create(SessionStateSchema));
  const [context, nextContext] = [one, other].map(({ session }) => session?.context ?? {});
  return equals(SessionStateSchema, held!, next!) && sameJson(context!, nextContext!);
}

/**
 * Changes the draft as an event says. Total, since what is in the log was accepted. What is set
 * to what it was stays as it is, so that the time of its last change stays true.
 */
export function applyStateChange(
  head: Head,
  session: Session,
  change: StateChanged,
  at: Timestamp,
): void {
  const state = head.state ?? create(SessionStateSchema);
  if (change.context !== undefined) setContext(session, change.context);
  for (const [name, value] of Object.entries(change.variables ?? {})) {
    setVariable(state, name, value, at);
  }
  for (const rule of change.rulesFired) {
    const count = (own(state.ruleFires, rule)?.count ?? 0) + 1;
    state.ruleFires[rule] = create(RuleFiresSchema, { count, lastFiredAt: at });
  }
  for (const [agent, patch] of Object.entries(change.agents)) setAgent(state, agent, patch, at);
  if (change.scenario !== undefined) enter(state, session, change.scenario, at);
  head.state = state;
}

/** Of a map's entries; names such as `constructor` are not what every object has. */
function own<T>(entries: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function setContext(session: Session, patch: JsonObject): void {
  const after = merged(session.context, patch);
  if (!sameJson(session.context ?? {}, after)) session.context = after;
}

function setVariable(state: SessionState, name: string, value: JsonValue, at: Timestamp): void {
  if (value === null) {
    delete state.variables[name];
    return;
  }
  const held = own(state.variables, name);
  if (held !== undefined && sameJson(jsonOf(held), value)) return;
  const kept = fromJson(ValueSchema, value);
  state.variables[name] = create(VariableSchema, { value: kept, updatedAt: at });
}

function jsonOf({ value }: Variable): JsonValue {
  return value === undefined ? null : toJson(ValueSchema, value);
}

function setAgent(state: SessionState, agent: string, patch: JsonObject, at: Timestamp): void {
  const held = own(state.agents, agent)?.state ?? {};
  const after = merged(held, patch);
  if (sameJson(held, after)) return;
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
