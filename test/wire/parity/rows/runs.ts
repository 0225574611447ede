import { RunService } from "../../../../gen/parley/v1/run_service_pb.js";
import { SessionStatus, SessionType } from "../../../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { BudgetPolicy } from "../../../../gen/parley/v1/usage_pb.js";
import { live, type Row, row, unknown } from "./row.ts";

const { method: session } = SessionService;
const { method: runs } = RunService;
const liveRun = { ...live, sessionId: "run" };

/** Runs are made, as far as money and number allow. */
export const NEW_RUN_ROWS: readonly Row[] = [
  row(session.createSession, [
    {
      name: "a run with everything",
      input: {
        sessionId: "run",
        prompt: "Compare the two",
        sessionType: SessionType.ANALYSIS,
        agentId: "analyst",
        budget: { maxCost: 1.5, maxTokens: 1000n, policy: BudgetPolicy.WARN },
        preferences: { depth: ["thorough"] },
        metadata: { research_strategy: "broad" },
        timeLimit: { seconds: 3600n },
        maxAttempts: 2,
        requestId: "r-2",
      },
    },
    {
      name: "the same run again",
      input: { sessionId: "run", prompt: "Compare the two" },
    },
    {
      name: "a run beyond the balance",
      input: { prompt: "p", budget: { maxCost: 1000 } },
      fails: "insufficient_balance",
    },
    { name: "a run by its prompt alone", input: { sessionId: "run-2", prompt: "Find out" } },
    {
      name: "a run with tokens alone",
      input: { sessionId: "run-3", prompt: "p", tokenBudget: 5n },
    },
    { name: "a run too many", input: { prompt: "p" }, fails: "session_quota_exceeded" },
    { name: "a run of nothing", input: { prompt: " \n" }, fails: "invalid_argument" },
    {
      name: "a type without a prompt",
      input: { sessionType: SessionType.ANALYSIS },
      fails: "invalid_argument",
    },
    {
      name: "two budgets",
      input: { prompt: "p", tokenBudget: 5n, budget: { maxTokens: 6n } },
      fails: "invalid_argument",
    },
    { name: "a conversation with a budget", input: { sessionId: "dear", budget: { maxCost: 2 } } },
  ]),
  row(session.updateSession, [
    { name: "a budget", input: { sessionId: "dear", budget: { maxTokens: 7n } } },
    { name: "no budget", input: { sessionId: "dear", updateMask: { paths: ["budget"] } } },
    {
      name: "a budget of less than nothing",
      input: { sessionId: "dear", budget: { maxCost: -1 } },
      fails: "invalid_argument",
    },
  ]),
  row(session.listSessions, [
    { name: "runs of a type", input: { sessionType: SessionType.RESEARCH } },
    { name: "what waits", input: { status: SessionStatus.QUEUED } },
  ]),
];

/** Control of what is worked on. */
export const CONTROL_ROWS: readonly Row[] = [
  row(runs.pauseSession, [
    { name: "what runs", input: { sessionId: "run", reason: "wait" } },
    { name: "what is paused", input: { sessionId: "run" }, fails: "session_cannot_be_paused" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(runs.resumeSession, [
    { name: "what is paused", input: { sessionId: "run" } },
    { name: "what runs", input: { sessionId: "run" }, fails: "session_cannot_be_resumed" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(runs.cancelSession, [
    { name: "what waits", input: { sessionId: "run-2", reason: "enough", requestId: "x-1" } },
    { name: "again", input: { sessionId: "run-2", reason: "enough", requestId: "x-1" } },
    { name: "what has ended", input: { sessionId: "run-2" }, fails: "session_cannot_be_cancelled" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
    {
      name: "with a reason too long",
      input: { sessionId: "run", reason: "x".repeat(1001) },
      fails: "invalid_argument",
    },
  ]),
];

/** What came out, and how. */
export const RESULT_ROWS: readonly Row[] = [
  row(session.getSession, [{ name: "a run that has completed", input: liveRun }]),
  row(runs.getSessionResults, [
    { name: "of a run", input: liveRun },
    { name: "with how they came about", input: { ...liveRun, includeMetadata: true } },
    { name: "in no form", input: { ...liveRun, format: "papyrus" }, fails: "unsupported_format" },
    { name: "of nothing", input: { sessionId: "one" }, fails: "results_not_available" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(runs.getSessionHistory, [
    { name: "of a run", input: liveRun },
    {
      name: "of a conversation, a page",
      input: { ...live, sessionId: "talk", limit: 5, offset: 2 },
    },
    { name: "too much", input: { ...liveRun, limit: 1001 }, fails: "invalid_argument" },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
  row(runs.getSessionMetrics, [
    { name: "of a run", input: liveRun },
    { name: "of a conversation", input: { ...live, sessionId: "talk" } },
    { name: "unknown", input: unknown, fails: "session_not_found" },
  ]),
];
