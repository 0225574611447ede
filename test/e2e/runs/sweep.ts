import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { RunService } from "../../../gen/parley/v1/run_service_pb.js";
import { SessionStatus } from "../../../gen/parley/v1/session_pb.js";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import { claimNext, createRun, type Pair, pairOf, say, type Target } from "./owner.ts";

const STATES = [
  "queued",
  "initializing",
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "timeout",
] as const;
type State = (typeof STATES)[number];

const STEPS = [
  "cancel",
  "pause",
  "resume",
  "claim",
  "progress",
  "complete",
  "fail",
  "expire",
] as const;
type Step = (typeof STEPS)[number];

/** Where a run stands after a step, or the reason for which it is refused; `none`: nothing to claim. */
type Cell = State | "none" | Refusal;
type Refusal = `!${string}`;

const CANNOT_CANCEL = "!session_cannot_be_cancelled";
const CANNOT_PAUSE = "!session_cannot_be_paused";
const CANNOT_RESUME = "!session_cannot_be_resumed";
const STALE = "!stale_lease";

const ended = (state: State): Record<Step, Cell> => ({
  cancel: CANNOT_CANCEL,
  pause: CANNOT_PAUSE,
  resume: CANNOT_RESUME,
  claim: "none",
  progress: STALE,
  complete: STALE,
  fail: STALE,
  expire: state,
});

/** `expire`: its worker is not heard of any more. */
const TABLE: Readonly<Record<State, Readonly<Record<Step, Cell>>>> = {
  queued: {
    cancel: "cancelled",
    pause: CANNOT_PAUSE,
    resume: CANNOT_RESUME,
    claim: "initializing",
    progress: STALE,
    complete: STALE,
    fail: STALE,
    expire: "queued",
  },
  initializing: {
    cancel: "cancelled",
    pause: CANNOT_PAUSE,
    resume: CANNOT_RESUME,
    claim: "none",
    progress: "running",
    complete: "completed",
    fail: "failed",
    expire: "queued",
  },
  running: {
    cancel: "cancelled",
    pause: "paused",
    resume: CANNOT_RESUME,
    claim: "none",
    progress: "running",
    complete: "completed",
    fail: "failed",
    expire: "queued",
  },
  paused: {
    cancel: "cancelled",
    pause: CANNOT_PAUSE,
    resume: "running",
    claim: "none",
    progress: "paused",
    complete: "completed",
    fail: "failed",
    expire: "paused",
  },
  completed: ended("completed"),
  failed: ended("failed"),
  cancelled: ended("cancelled"),
  timeout: ended("timeout"),
};

const NO_LEASE = "00000000-0000-7000-8000-000000000000";

interface Standing {
  readonly pair: Pair;
  readonly sessionId: string;
  readonly lease: { readonly task: { readonly task_id: string }; readonly lease_id: string };
}

/** What a step came to: the status after it, or the reason it was refused for. */
type Act = (standing: Standing, step: Exclude<Step, "expire">) => Promise<Cell>;

/** A fresh run in a state. */
async function bring(target: Target, state: State, leaseSeconds: number): Promise<Standing> {
  const pair = pairOf(target);
  const { owner } = pair;
  const fields = state === "timeout" ? { time_limit: "1s" } : {};
  const { session_id: sessionId, latest_task: task } = await createRun(pair, fields);
  const waiting = { pair, sessionId, lease: { task, lease_id: NO_LEASE } };
  if (state === "queued") return waiting;
  const lease = await claimNext(pair, { lease_seconds: leaseSeconds });
  const control = (what: string) => owner.post(`/api/v1/sessions/${sessionId}/${what}`);
  switch (state) {
    case "initializing":
      break;
    case "running":
      await say(pair, "progress", lease, { progress: 1 });
      break;
    case "paused":
      await say(pair, "progress", lease, { progress: 1 });
      await control("pause");
      break;
    case "completed":
      await say(pair, "complete", lease, { result: "r" });
      break;
    case "failed":
      await say(pair, "fail", lease, { error_message: "no" });
      break;
    case "cancelled":
      await control("cancel");
      break;
    case "timeout":
      await becomes(pair, sessionId, "timeout");
      break;
  }
  expect(await statusOf(pair, sessionId)).toBe(state);
  return { pair, sessionId, lease };
}

async function statusOf({ owner }: Pair, sessionId: string): Promise<State> {
  return (await owner.get(`/api/v1/sessions/${sessionId}?consistency=strong`)).body.status;
}

/** Without the polling of `expect`, which tests that run concurrently cannot use. */
async function becomes(pair: Pair, sessionId: string, state: State): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until; await pause(50)) {
    if ((await statusOf(pair, sessionId)) === state) return;
  }
  expect(await statusOf(pair, sessionId)).toBe(state);
}

const overRest: Act = async ({ pair, sessionId, lease }, step) => {
  if (step === "claim") return (await claimNext(pair)) === undefined ? "none" : "initializing";
  const answer =
    step === "cancel" || step === "pause" || step === "resume"
      ? await pair.owner.post(`/api/v1/sessions/${sessionId}/${step}`)
      : await say(pair, step, lease, step === "progress" ? { progress: 50 } : {});
  if (answer.status >= 400) return `!${answer.body.error}`;
  return answer.body.status ?? (await statusOf(pair, sessionId));
};

function overGrpc(target: Target): Act {
  return async (standing, step) => {
    const transport = createGrpcTransport({ baseUrl: target.url });
    const owner = { headers: { "x-user-id": standing.pair.userId } };
    const worker = { headers: { "x-user-id": "worker-1", "x-roles": "worker" } };
    const runs = createClient(RunService, transport);
    const workers = createClient(WorkerService, transport);
    const { sessionId, lease, pair } = standing;
    const held = { taskId: lease.task.task_id, leaseId: lease.lease_id };
    const request = { workerId: "worker-1", agentIds: [pair.agentId] };
    try {
      switch (step) {
        case "cancel":
          return nameOf((await runs.cancelSession({ sessionId }, owner)).status);
        case "pause":
          return nameOf((await runs.pauseSession({ sessionId }, owner)).status);
        case "resume":
          return nameOf((await runs.resumeSession({ sessionId }, owner)).status);
        case "claim": {
          const { assignment } = await workers.claimTask(request, worker);
          return assignment === undefined ? "none" : nameOf(assignment.session?.status);
        }
        case "progress":
          await workers.reportProgress({ ...held, progress: 50 }, worker);
          break;
        case "complete":
          await workers.completeTask({ ...held, result: "r" }, worker);
          break;
        case "fail":
          await workers.failTask({ ...held, errorMessage: "no" }, worker);
          break;
      }
      return await statusOf(pair, sessionId);
    } catch (error) {
      const [info] = ConnectError.from(error, Code.Unknown).findDetails(ErrorInfoSchema);
      if (info === undefined) throw error;
      return `!${info.reason}`;
    }
  };
}

function nameOf(status: SessionStatus | undefined): State {
  return (SessionStatus[status ?? 0] ?? "").toLowerCase() as State;
}

export function sweepSuite(target: Target): void {
  const protocols: readonly [string, Act][] = [
    ["REST", overRest],
    ["gRPC", overGrpc(target)],
  ];
  describe.each(protocols)("over %s", (_name, act) => {
    const cells = STATES.flatMap((state) =>
      STEPS.filter((step) => step !== "expire").map((step) => [state, step] as const),
    );
    it.concurrent.each(cells)("%s, then %s", async (state, step) => {
      const standing = await bring(target, state, 30);
      const cell = TABLE[state][step];
      expect(await act(standing, step)).toBe(cell);
      const left = cell.startsWith("!") || cell === "none" ? state : cell;
      expect(await statusOf(standing.pair, standing.sessionId)).toBe(left);
    });
  });

  describe("when its worker is not heard of any more", () => {
    it.concurrent.each(STATES.map((state) => [state] as const))("%s", async (state) => {
      const { pair, sessionId, lease } = await bring(target, state, 1);
      await pause(1100);
      await becomes(pair, sessionId, TABLE[state].expire as State);
      const late = await say(pair, "progress", lease, { progress: 99 });
      if (state !== "paused") {
        expect([late.status, late.body.error]).toEqual([409, "stale_lease"]);
      }
    });

    it("a paused one is offered again when it is resumed", async () => {
      const { pair, sessionId, lease } = await bring(target, "paused", 1);
      // Not by asking: whatever its worker says is a sign of life.
      await pause(2500);
      expect((await say(pair, "progress", lease)).body.error).toBe("stale_lease");
      const resumed = await pair.owner.post(`/api/v1/sessions/${sessionId}/resume`);
      expect(resumed.body).toEqual({ session_id: sessionId, status: "queued" });
      expect((await claimNext(pair))?.task.attempt).toBe(2);
    });
  });
}
