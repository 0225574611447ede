import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { CallCounts } from "./call-counts.ts";

/** One finished call, as the metrics see it. */
export interface FinishedCall {
  /** `package.Service/Method`. */
  readonly method: string;
  readonly protocol: string;
  /** `ok` or the reason it failed for. */
  readonly outcome: string;
  /** Undefined for a stream, which lasts as long as somebody listens. */
  readonly seconds: number | undefined;
}

/** What is counted, and the registry that `/metrics` prints. */
export interface Metrics {
  readonly registry: Registry;
  callStarted(method: string, protocol: string): void;
  callFinished(call: FinishedCall): void;
  /** An answer over HTTP, whoever gave it. */
  answered(status: number): void;
  connections(change: 1 | -1, protocol: "http1" | "http2"): void;
  /** A call was refused because it came too soon: whose limit it was, and of what. */
  rateLimited(subject: string, kind: string): void;
  /** Whenever the metrics are read, `ask` is asked how the stores are. */
  followStores(ask: () => Promise<Readonly<Record<string, string>>>): void;
}

export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const counts = new CallCounts(registry);
  const answered = countAnswers(registry);
  const open = new Gauge({
    name: "parley_connections",
    help: "Open connections.",
    labelNames: ["protocol"],
    registers,
  });
  const limited = new Counter({
    name: "parley_rate_limited_total",
    help: "Calls that were refused because they came too fast, by whose limit it was, and of what.",
    labelNames: ["subject", "kind"],
    registers,
  });
  return {
    registry,
    callStarted: (method, protocol) => counts.started(method, protocol),
    callFinished: ({ method, protocol, outcome, seconds }) =>
      counts.finished(method, protocol, outcome, seconds),
    answered,
    connections: (change, protocol) => open.inc({ protocol }, change),
    rateLimited: (subject, kind) => limited.inc({ subject, kind }),
    followStores: (ask) => followStores(registry, ask),
  };
}

/** Counted here and handed over when read, as calls are (`CallCounts`). */
function countAnswers(registry: Registry): (status: number) => void {
  const counts = new Map<number, number>();
  new Counter({
    name: "parley_http_responses_total",
    help: "Answers by HTTP status; gRPC says 200 and has its outcome in parley_rpc_total.",
    labelNames: ["status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [status, count] of counts) this.inc({ status: String(status) }, count);
    },
  });
  return (status) => counts.set(status, (counts.get(status) ?? 0) + 1);
}

function followStores(registry: Registry, ask: Parameters<Metrics["followStores"]>[0]): void {
  new Gauge({
    name: "parley_store_up",
    help: "1 if the store answers, 0 if it does not.",
    labelNames: ["store"],
    registers: [registry],
    async collect() {
      for (const [store, state] of Object.entries(await ask())) {
        this.set({ store }, state === "ready" ? 1 : 0);
      }
    },
  });
}
