import type { RecordedDialogue } from "../../support/dialogues.ts";
import { type Telling, tellingOf } from "./agent.ts";
import { type Exchange, exchangesOf, type Step, stepAfter, variableOf } from "./exchanges.ts";

/** What a session must be after its dialogue, down to every place in its log. */
export interface Expectation {
  readonly sessionId: string;
  readonly turns: readonly ExpectedTurn[];
  /** Its last place. */
  readonly version: number;
}

export interface ExpectedTurn extends Exchange {
  readonly events: readonly ExpectedEvent[];
  readonly before: Step | undefined;
  /** At its end. */
  readonly state: ExpectedState;
}

export interface ExpectedEvent {
  readonly seq: number;
  readonly type: string;
  readonly role?: "user" | "assistant" | "tool";
  readonly content?: string;
}

/** What stands in the state, each thing with the place at which it last changed. */
export interface ExpectedState {
  readonly context: Readonly<Record<string, string>>;
  readonly variables: ReadonlyMap<string, Changed<string>>;
  readonly visits: readonly Changed<Step | undefined>[];
  readonly fires: ReadonlyMap<string, Changed<number>>;
}

export interface Changed<T> {
  readonly value: T;
  readonly seq: number;
}

export function expectationOf(record: RecordedDialogue, index: number): Expectation {
  const turns: ExpectedTurn[] = [];
  // The session's creation is at 1.
  let seq = 1;
  let state: ExpectedState = { context: {}, variables: new Map(), visits: [], fires: new Map() };
  for (const exchange of exchangesOf(record)) {
    const before = state.visits.at(-1)?.value;
    const said = beforeState(exchange, tellingOf(index));
    const after = stateAfter(state, exchange, seq + said.length + 1);
    // What changes nothing is no event.
    if (!same(state, after)) {
      said.push({ type: "state_changed" });
      state = after;
    }
    said.push({ type: "message", role: "assistant", content: exchange.system });
    said.push({ type: "turn_ended" });
    const events = said.map((event) => ({ ...event, seq: ++seq }));
    turns.push({ ...exchange, events, before, state });
  }
  return { sessionId: record.dialogue_id, turns, version: seq };
}

function beforeState({ user, calls }: Exchange, telling: Telling): Omit<ExpectedEvent, "seq">[] {
  const tools = telling === "in messages" ? calls : [];
  return [
    { type: "turn_started" },
    { type: "message", role: "user", content: user },
    ...tools.flatMap(() => [
      { type: "message", role: "assistant", content: "" } as const,
      { type: "message", role: "tool", content: "" } as const,
    ]),
  ];
}

function stateAfter(before: ExpectedState, exchange: Exchange, seq: number): ExpectedState {
  const context = { ...before.context };
  const variables = new Map(before.variables);
  for (const { service, active_intent = "NONE", slot_values = {} } of exchange.understood) {
    if (active_intent === "NONE") delete context[service];
    else context[service] = active_intent;
    const held = new Map(Object.entries(slot_values).map(([s, v]) => [variableOf(service, s), v]));
    for (const name of before.variables.keys()) {
      if (name.startsWith(`${service}.`) && !held.has(name)) variables.delete(name);
    }
    for (const [name, value] of held) {
      if (variables.get(name)?.value !== value) variables.set(name, { value, seq });
    }
  }
  const fires = new Map(before.fires);
  for (const { name } of exchange.calls) {
    fires.set(name, { value: (fires.get(name)?.value ?? 0) + 1, seq });
  }
  const [from, to] = [before.visits.at(-1)?.value, stepAfter(exchange)];
  const stays = from?.scenarioId === to?.scenarioId && from?.stepId === to?.stepId;
  const visits = stays ? before.visits : [...before.visits, { value: to, seq }];
  return { context, variables, visits, fires };
}

function same(one: ExpectedState, other: ExpectedState): boolean {
  const [a, b] = [one, other].map(({ context, variables, visits, fires }) =>
    JSON.stringify([Object.entries(context).toSorted(), [...variables], visits, [...fires]]),
  );
  return a === b;
}
