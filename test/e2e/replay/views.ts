import { expect } from "vitest";
import type { RestClient } from "../../support/rest.ts";
import type { Step } from "./exchanges.ts";
import type { Expectation, ExpectedEvent, ExpectedState, ExpectedTurn } from "./expectation.ts";

const pathOf = ({ sessionId }: Expectation) => `/api/v1/sessions/${sessionId}`;

const asRest = (step: Step | undefined) =>
  step === undefined ? null : { scenario_id: step.scenarioId, step_id: step.stepId };

/** The head counts what the dialogue has. */
export async function expectHead(reader: RestClient, expected: Expectation): Promise<void> {
  const { turns, version, sessionId } = expected;
  const messages = turns.flatMap(({ events }) => events).filter(({ type }) => type === "message");
  const { body } = await reader.get(pathOf(expected));
  const step = turns.at(-1)?.state.visits.at(-1)?.value;
  expect(body).toMatchObject({
    ...{ session_id: sessionId, version },
    turn_count: turns.length,
    message_count: messages.length,
    active_scenario_id: step?.scenarioId ?? null,
    active_step_id: step?.stepId ?? null,
  });
}

/** Its turns, either way, page by page. */
export async function expectTurns(reader: RestClient, expected: Expectation): Promise<void> {
  const { turns, sessionId, version } = expected;
  const oldestFirst = turns.map(turnAsRest);
  for (const [sort, wanted] of [
    ["asc", oldestFirst],
    ["desc", oldestFirst.toReversed()],
  ] as const) {
    for (let offset = 0; offset < wanted.length; offset += 20) {
      const query = sort === "desc" ? `offset=${offset}` : `sort=asc&offset=${offset}`;
      const { body } = await reader.get(`${pathOf(expected)}/turns?${query}`);
      const items = wanted.slice(offset, offset + 20);
      expect(body, `${sessionId}, ${query}`).toMatchObject({
        ...{ items, offset, version, limit: 20 },
        total: wanted.length,
        has_more: offset + 20 < wanted.length,
      });
    }
  }
}

function turnAsRest({ number, user, system, calls, events, before, state }: ExpectedTurn) {
  return {
    turn_number: number,
    user_message: user,
    agent_response: system,
    tools_called: calls.map(({ callId, name, input, output, success }, i) => ({
      ...{ call_id: callId, name, input, output, success },
      latency_ms: 10 * number + i,
    })),
    matched_rules: calls.map(({ name }) => ({ rule_id: name, score: 0.5 })),
    scenario_before: asRest(before),
    scenario_after: asRest(state.visits.at(-1)?.value),
    first_seq: events[0]?.seq,
    last_seq: events.at(-1)?.seq,
    status: "ended",
    latency_ms: 100 * number,
    tokens_used: system.length,
    outcome: "answered",
  };
}

/** When each event was written, by its place. */
export type Times = ReadonlyMap<number, string>;

/**
 * Its events by turn: every place after the first, once, in order, with what was said.
 * @returns when each was written
 */
export async function expectEvents(reader: RestClient, expected: Expectation): Promise<Times> {
  const { turns, sessionId } = expected;
  const path = `${pathOf(expected)}/events?limit=100`;
  const { body } = await reader.get(`${path}&include_payload=true`);
  expect(body, sessionId).toMatchObject({
    session_id: sessionId,
    count: turns.length,
    turns: turns.map((turn) => ({
      turn: turn.number,
      user_query: turn.user,
      final_output: turn.system,
      event_count: turn.events.length,
      events: turn.events.map((event) => eventAsRest(event, turn.number)),
      metadata: { tokens_used: turn.system.length, execution_time_ms: 100 * turn.number },
    })),
  });
  const bare = (await reader.get(path)).body;
  const events: { seq: number; at: string; message?: object }[] = body.turns.flatMap(
    (turn: { events: object[] }) => turn.events,
  );
  expect(
    bare.turns.flatMap((turn: { events: object[] }) => turn.events),
    sessionId,
  ).toMatchObject(events.map(({ seq, at }) => ({ seq, at })));
  expect(
    JSON.stringify(bare.turns.map(({ events }: { events: object[] }) => events)),
  ).not.toContain('"message":');
  return new Map(events.map(({ seq, at }) => [seq, at]));
}

function eventAsRest({ seq, type, role, content }: ExpectedEvent, turn_number: number) {
  const payload = type === "message" ? { message: { role, content } } : { [type]: {} };
  return { seq, type, turn_number, ...payload };
}

/** Its state as it was right after each turn, down to when each thing changed. */
export async function expectStates(
  reader: RestClient,
  expected: Expectation,
  times: Times,
): Promise<void> {
  for (const { events, state } of expected.turns) {
    const seq = events.at(-1)!.seq;
    const { body } = await reader.get(`${pathOf(expected)}/state?at_seq=${seq}`);
    expect(body.seq, expected.sessionId).toBe(seq);
    const { context, ...rest } = body.state;
    expect({ context: context ?? {}, ...rest }, `${expected.sessionId} at ${seq}`).toEqual(
      stateAsRest(state, times),
    );
  }
  const now = (await reader.get(`${pathOf(expected)}/state`)).body;
  const then = (await reader.get(`${pathOf(expected)}/state?at_seq=${expected.version}`)).body;
  expect(now, expected.sessionId).toEqual(then);
}

function stateAsRest({ context, variables, visits, fires }: ExpectedState, times: Times) {
  const at = (seq: number) => times.get(seq);
  return {
    context,
    variables: Object.fromEntries(
      [...variables].map(([name, { value, seq }]) => [name, { value, updated_at: at(seq) }]),
    ),
    active_scenario: asRest(visits.at(-1)?.value),
    scenario_history: visits.map(({ value, seq }) => ({
      step: asRest(value),
      entered_at: at(seq),
    })),
    rule_fires: Object.fromEntries(
      [...fires].map(([name, { value, seq }]) => [name, { count: value, last_fired_at: at(seq) }]),
    ),
    agents: {},
  };
}
