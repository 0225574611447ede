import { StateService } from "../../../../gen/parley/v1/state_service_pb.js";
import { TurnService } from "../../../../gen/parley/v1/turn_service_pb.js";
import { live, type Row, row, text, unknown } from "./row.ts";

const { method: turns } = TurnService;
const { method: state } = StateService;

/** Turns that calls begin and end, and what an agent knows. */
export const TURN_AND_STATE_ROWS: readonly Row[] = [
  row(turns.beginTurn, [
    { name: "one", input: { sessionId: "one", userMessage: "and now?", metadata: { k: [1] } } },
    { name: "another", input: { sessionId: "one" }, fails: "turn_open" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(turns.endTurn, [
    {
      name: "one that is not the last",
      input: { sessionId: "one", turn: "1" },
      fails: "turn_ended",
    },
    {
      name: "the open one",
      input: {
        sessionId: "one",
        turn: "2",
        agentResponse: "this",
        matchedRules: [{ ruleId: "r", score: 0.5 }],
        toolsCalled: [
          {
            callId: "c",
            name: "t",
            input: { a: 1 },
            output: text("x"),
            success: true,
            latencyMs: 3,
          },
        ],
        scenarioAfter: { scenarioId: "s" },
        latencyMs: 12,
        tokensUsed: 34,
        outcome: "resolved",
      },
    },
    { name: "unknown", input: { ...unknown, turn: "1" }, fails: "session_not_found" },
  ]),
  row(turns.getTurn, [
    { name: "one", input: { ...live, turn: "2" } },
    { name: "none", input: { ...live, turn: "99" }, fails: "turn_not_found" },
    { name: "unknown", input: { ...unknown, turn: "1" }, fails: "session_not_found" },
  ]),
  row(state.updateSessionState, [
    {
      name: "everything",
      input: {
        sessionId: "one",
        context: { city: "Bonn" },
        variables: { count: 3, list: ["a", null], gone: null },
        scenario: { scenarioId: "trip", stepId: "where" },
        rulesFired: ["greet", "greet"],
        agents: { planner: { plan: [1, 2] } },
      },
    },
    {
      name: "another state",
      input: { sessionId: "one", etag: "1-1-a" },
      fails: "version_conflict",
    },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(state.getSessionState, [
    { name: "as it is", input: live },
    { name: "as it was", input: { ...live, atSeq: 1 } },
    { name: "as it will be", input: { ...live, atSeq: 999 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
];
