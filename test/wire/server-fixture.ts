import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { pino } from "pino";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { EventSchema } from "../../gen/parley/v1/event_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { PositionReason } from "../../gen/parley/v1/watch_pb.js";
import { callerOf } from "../../src/api/caller.ts";
import { ParleyError, sessionNotFound, unavailable } from "../../src/domain/errors.ts";
import { devAuthenticator } from "../../src/server/auth/dev.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/server.ts";
import type { ReadyReport } from "../../src/server/serving.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

export interface TestServer {
  readonly server: RunningServer;
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  /** What it logged, decoded. */
  readonly lines: Record<string, unknown>[];
  /** What `/readyz` and health checks are told from now on. */
  report: ReadyReport;
  /** How many calls run now, as the server counts them itself. */
  running(): Promise<number>;
  /** Announces a stop, as the service does before it drains. */
  announceStop(): void;
  close(): Promise<void>;
}

const RUNNING = /^parley_rpc_running\{.*\} (\d+)$/gm;

/** A server with a small service of its own; what a session id says, happens. */
export async function openServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const lines: Record<string, unknown>[] = [];
  const stopping = new AbortController();
  const metrics = createMetrics();
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    routes: (router) => registerService(router, stopping.signal),
    health: { live: () => true, ready: async () => test.report },
    authenticators: [devAuthenticator("dev-user")],
    logger: pino({ level: "debug" }, { write: (line) => lines.push(JSON.parse(line)) }),
    metrics,
    shutdownSignal: stopping.signal,
    ...options,
  });
  const test: TestServer = {
    server,
    url: server.address.url,
    port: server.address.port,
    metrics,
    lines,
    report: { serving: true, stores: { journal: "ready", live: "ready" } },
    async running() {
      const counts = (await metrics.registry.metrics()).matchAll(RUNNING);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    announceStop: () => stopping.abort(),
    close: () => server.close(),
  };
  return test;
}

function registerService(router: ConnectRouter, stopping: AbortSignal): void {
  router.service(SessionService, {
    getSession: async ({ sessionId }, context) => {
      await happen(sessionId);
      const { userId, tenantId } = callerOf(context);
      return { session: create(SessionSchema, { sessionId, title: tenantId, createdBy: userId }) };
    },
    createSession: (request) => ({
      session: create(SessionSchema, { sessionId: request.requestId, title: request.title ?? "" }),
    }),
  });
  router.service(ConversationService, {
    appendMessages: ({ messages }) => ({ version: messages.length }),
    watchSession: async function* ({ sessionId }, { signal }) {
      yield position(1, PositionReason.OPEN);
      if (sessionId === "breaks") throw new Error("driver words");
      if (sessionId === "refuses") throw sessionNotFound();
      if (sessionId === "flood") yield* flood(signal);
      const stop = sessionId === "deaf" ? signal : AbortSignal.any([signal, stopping]);
      await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
      yield position(2, PositionReason.CLOSING);
    },
  });
}

async function* flood(signal: AbortSignal) {
  const type = "x".repeat(100_000);
  for (let seq = 2; !signal.aborted; seq++) {
    yield { seq, update: { case: "event" as const, value: create(EventSchema, { type }) } };
  }
}

async function happen(sessionId: string): Promise<void> {
  const slow = /^slow-(\d+)$/.exec(sessionId);
  if (slow !== null) await new Promise((resolve) => setTimeout(resolve, Number(slow[1])));
  if (sessionId === "unknown") throw sessionNotFound();
  if (sessionId === "breaks") throw new Error("driver words: password=hunter2");
  if (sessionId === "away") throw unavailable(new Error("driver words"));
  if (sessionId === "expired") throw new ParleyError("session_expired", "the session expired");
  if (sessionId === "library") throw new ConnectError("not today", Code.PermissionDenied);
}

function position(seq: number, reason: PositionReason) {
  return { seq, update: { case: "position" as const, value: { reason, version: seq } } };
}
