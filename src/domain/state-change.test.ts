import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { StateChangedSchema } from "../../gen/parley/v1/event_pb.js";
import { ParleyError } from "./errors.ts";
import { draftOf } from "./session.ts";
import {
  applyStateChange,
  checkStateChange,
  MAX_STATE_BYTES,
  refuseLargeState,
  sameState,
} from "./state-change.ts";
import { stateView } from "./state-view.ts";

type Change = MessageInitShape<typeof StateChangedSchema>;

const EMPTY = create(HeadSchema, { uid: "u", session: {} });

/** After changes, one a second. */
function stateAfter(...changes: Change[]): Head {
  const { head, session } = draftOf(EMPTY);
  for (const [i, change] of changes.entries()) {
    applyStateChange(head, session, create(StateChangedSchema, change), second(i + 1));
  }
  return head;
}

function second(n: number) {
  return timestampFromMs(n * 1000);
}

function refusal(run: () => void): { reason: string; fields: string[] } | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return { reason: error.reason, fields: error.violations.map(({ field }) => field) };
  }
}

const invalid = (field: string) => ({ reason: "invalid_argument", fields: [field] });
const tooLarge = (...fields: string[]) => ({ reason: "payload_too_large", fields });

describe("a change of state", () => {
  it("merges the context key by key, and deletes what is null", () => {
    const head = stateAfter(
      { context: { a: 1, b: { c: 1 } } },
      { context: { a: null, b: { d: 2 } } },
    );
    expect(stateView(head).context).toEqual({ b: { d: 2 } });
  });

  it("keeps with each variable when it last changed", () => {
    const head = stateAfter(
      { variables: { x: 1, y: { k: [1] }, gone: true } },
      { variables: { x: 2, y: { k: [1] }, gone: null } },
      { variables: { x: 2, never: null } },
    );
    expect(stateView(head).variables).toMatchObject({
      x: { value: { kind: { value: 2 } }, updatedAt: second(2) },
      y: { updatedAt: second(1) },
    });
    expect(Object.keys(stateView(head).variables)).toEqual(["x", "y"]);
  });

  it("merges the state of each agent, and forgets one that has none left", () => {
    const head = stateAfter(
      { agents: { one: { a: 1, b: 2 }, two: { c: 3 }, three: {} } },
      { agents: { one: { a: null }, two: { c: 3 } } },
      { agents: { two: {}, four: { x: null } } },
    );
    expect(stateView(head).agents).toMatchObject({
      one: { state: { b: 2 }, updatedAt: second(2) },
      two: { state: { c: 3 }, updatedAt: second(1) },
    });
    expect(Object.keys(stateView(head).agents)).toEqual(["one", "two"]);
    const last = stateAfter({ agents: { one: { a: 1 } } }, { agents: { one: { a: null } } });
    expect(stateView(last).agents).toEqual({});
  });

  it("counts every fire of a rule", () => {
    const head = stateAfter({ rulesFired: ["r", "s", "r"] }, { rulesFired: ["s"] });
    expect(stateView(head).ruleFires).toMatchObject({
      r: { count: 2, lastFiredAt: second(1) },
      s: { count: 2, lastFiredAt: second(2) },
    });
  });

  it("follows the conversation through scenarios and out of them", () => {
    const head = stateAfter(
      { scenario: { scenarioId: "s", stepId: "1" } },
      { scenario: { scenarioId: "s", stepId: "1" } },
      { scenario: { scenarioId: "s", stepId: "2" } },
      { scenario: { scenarioId: "t" } },
      { scenario: {} },
      { scenario: {} },
    );
    const visits = stateView(head).scenarioHistory.map(({ step, enteredAt }) => [
      step && [step.scenarioId, step.stepId],
      Number(enteredAt?.seconds),
    ]);
    expect(visits).toEqual([
      [["s", "1"], 1],
      [["s", "2"], 3],
      [["t", undefined], 4],
      [undefined, 5],
    ]);
    expect(stateView(head).activeScenario).toBeUndefined();
    expect(head.session).not.toHaveProperty("activeScenarioId", expect.anything());
    const within = stateAfter({ scenario: { scenarioId: "s", stepId: "2" } });
    expect(within.session).toMatchObject({ activeScenarioId: "s", activeStepId: "2" });
  });

  it("remembers the last hundred visits", () => {
    const steps = Array.from({ length: 120 }, (_, n) => ({ scenario: { scenarioId: `s${n}` } }));
    const { scenarioHistory } = stateView(stateAfter(...steps));
    expect(scenarioHistory).toHaveLength(100);
    expect(scenarioHistory[0]?.step?.scenarioId).toBe("s20");
  });

  it("takes names that every object has for names like any other", () => {
    const change = {
      variables: { constructor: 1, toString: 2 } as never,
      rulesFired: ["valueOf"],
      agents: { hasOwnProperty: { a: 1 } },
    };
    const state = stateView(stateAfter(change, change));
    expect(Object.keys(state.variables)).toEqual(["constructor", "toString"]);
    expect(Object.entries(state.ruleFires)).toMatchObject([["valueOf", { count: 2 }]]);
    expect(Object.entries(state.agents)).toMatchObject([["hasOwnProperty", { state: { a: 1 } }]]);
  });
});

describe("what changes nothing", () => {
  const rich = {
    context: { a: { b: 1, c: 2 } },
    variables: { x: { y: [1] } },
    agents: { one: { a: 1 } },
    scenario: { scenarioId: "s", stepId: "1" },
    rulesFired: ["r"],
  };
  it.each([
    {},
    { context: {} },
    { context: { a: { c: 2, b: 1 }, absent: null } },
    { variables: { x: { y: [1] }, absent: null } },
    { agents: { one: { a: 1 }, other: {}, absent: { k: null } } },
    { scenario: { scenarioId: "s", stepId: "1" } },
  ] as Change[])("is told apart: %j", (change) => {
    expect(sameState(stateAfter(rich), stateAfter(rich, change))).toBe(true);
  });

  it.each([
    { context: { a: null } },
    { variables: { x: { y: [2] } } },
    { agents: { one: { a: null } } },
    { scenario: {} },
    { rulesFired: ["r"] },
  ] as Change[])("from what does: %j", (change) => {
    expect(sameState(stateAfter(rich), stateAfter(rich, change))).toBe(false);
  });

  it("is an empty context where there is none", () => {
    expect(sameState(EMPTY, stateAfter({ context: {}, variables: { x: null } }))).toBe(true);
  });
});

describe("what is refused", () => {
  const check = (change: Change) =>
    refusal(() => checkStateChange(create(StateChangedSchema, change)));
  const long = "ä".repeat(129);

  it.each<[string, Change]>([
    ["variables", { variables: { "": 1 } }],
    ["variables", { variables: { [long]: 1 } }],
    ["variables", { variables: JSON.parse('{"__proto__": 1}') }],
    ["agents", { agents: { [long]: {} } }],
    ["agents", { agents: JSON.parse('{"__proto__": {}}') }],
    ["rules_fired", { rulesFired: ["ok", "__proto__"] }],
    ["scenario.scenario_id", { scenario: { scenarioId: long } }],
    ["scenario.step_id", { scenario: { scenarioId: "s", stepId: long } }],
    ["scenario.step_id", { scenario: { scenarioId: "s", stepId: "" } }],
    ["scenario.step_id", { scenario: { stepId: "1" } }],
    ["context", { context: { a: Number.NaN } }],
    ["variables", { variables: { a: [Number.POSITIVE_INFINITY] } }],
  ])("for %s: %j", (field, change) => {
    expect(check(change)).toEqual(invalid(field));
  });

  it("is not what is just within the bounds", () => {
    const name = "😀".repeat(128);
    const change = {
      variables: { [name]: null },
      agents: { [name]: { a: 1 } },
      rulesFired: [name],
      scenario: { scenarioId: name, stepId: name },
    };
    expect(check(change)).toBeUndefined();
    expect(check({ scenario: {} })).toBeUndefined();
  });

  it("is a change larger than the state can become by it", () => {
    const half = "x".repeat(300_000);
    expect(check({ context: { a: half } })).toBeUndefined();
    expect(check({ context: { a: half }, variables: { b: half } })).toEqual(
      tooLarge("context", "variables"),
    );
  });

  it("is a state that grew too large, in bytes or in number", () => {
    const grown = (...changes: Change[]) =>
      refusal(() =>
        refuseLargeState(stateAfter(...changes), create(StateChangedSchema, changes.at(-1) ?? {})),
      );
    const many = (n: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`${prefix}${i}`, { a: 1 }]));
    expect(grown({ variables: many(512, "v") })).toBeUndefined();
    expect(grown({ variables: many(513, "v") })).toEqual(invalid("variables"));
    expect(grown({ agents: many(64, "a") })).toBeUndefined();
    expect(grown({ agents: many(64, "a") }, { agents: many(1, "b") })).toEqual(invalid("agents"));
    expect(grown({ rulesFired: Object.keys(many(1001, "r")) })).toEqual(invalid("rules_fired"));
    const half = "x".repeat(MAX_STATE_BYTES / 2);
    expect(grown({ variables: { a: half } })).toBeUndefined();
    expect(grown({ variables: { a: half } }, { agents: { b: { c: half } } })).toEqual(
      tooLarge("agents"),
    );
    expect(grown({ context: { a: half, b: half } })).toEqual(tooLarge("context"));
  });
});
