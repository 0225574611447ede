import { readFile } from "node:fs/promises";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { TicketAuthenticator } from "./auth/ticket.ts";
import { allowOrigins } from "./cors.ts";
import { contain, guard } from "./guard.ts";
import type { HttpHandler } from "./http.ts";
import type { DeadlineOptions } from "./interceptors/deadline.ts";
import { callInterceptors, publicInterceptors } from "./interceptors/index.ts";
import type { RateRules } from "./interceptors/limit-rates.ts";
import { RequestRules } from "./interceptors/validate.ts";
import { DEFAULT_LIMITS, type ListenerLimits } from "./limits.ts";
import { type Address, listen } from "./listener.ts";
import { plainEndpoints } from "./plain-endpoints.ts";
import { protocolRouter } from "./protocol-router.ts";
import { identify } from "./request-id.ts";
import { type HealthProbes, Serving } from "./serving.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM files. Unset: cleartext. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Registers the services. Health and reflection are added here. */
  readonly routes: (router: ConnectRouter) => void;
  readonly health: HealthProbes;
  /** Tried in order; the first that knows the caller decides. */
  readonly authenticators: readonly Authenticator[];
  /** How often callers may call. Default: as often as they like. */
  readonly rates?: RateRules | undefined;
  /** Unset: tickets let nobody in. */
  readonly tickets?: TicketAuthenticator;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborted when the service begins to stop: from then on it is not ready. */
  readonly shutdownSignal: AbortSignal;
  /** Of one request, decompressed, in bytes. Default 8 MiB. */
  readonly maxBodyBytes?: number;
  /** Default 30 s for calls that name no deadline, 5 minutes for those that do. */
  readonly deadline?: Partial<DeadlineOptions>;
  /** Origins whose pages may call, or `*`. Default: none. */
  readonly corsOrigins?: readonly string[];
  readonly limits?: Partial<ListenerLimits>;
}

export interface RunningServer {
  readonly address: Address;
  /**
   * Takes no more connections and no more calls, lets those that run finish, and
   * after `graceMs` tells the rest `unavailable` and cuts them off. The service
   * aborts its shutdown signal before, so that streams end by themselves.
   */
  drain(graceMs: number): Promise<void>;
  /** Cuts everything at once. */
  close(): Promise<void>;
}

/** Four MiB of messages, and room for what JSON escapes make of them. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const DEADLINE: DeadlineOptions = { defaultMs: 30_000, maxMs: 300_000 };
/** How long answers to calls that were cut short may take to leave. */
const FAREWELL_MS = 500;

/** Opens the port and serves all protocols on it. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const cut = new AbortController();
  const { metrics, limits } = options;
  const listener = await listen({
    host: options.host,
    port: options.port,
    tls: await readTls(options.tls),
    handle: requestHandler(options, cut.signal),
    ...(limits && { limits }),
    onConnection: (change, protocol) => metrics.connections(change, protocol),
    onUnreadable: (status) => metrics.answered(status),
  });
  return {
    address: listener.address,
    drain: async (graceMs) => {
      if ((await listener.drain(graceMs)) > 0) {
        cut.abort(new ConnectError("the server is stopping; try again", Code.Unavailable));
        await listener.drain(FAREWELL_MS);
      }
      await listener.close();
    },
    close: () => listener.close(),
  };
}

/** From the outside in: an id, a net below, CORS, the plain endpoints, the guard, the protocols. */
function requestHandler(options: ServerOptions, cut: AbortSignal): HttpHandler {
  const { logger, metrics } = options;
  const serving = new Serving(options.health, options.shutdownSignal);
  metrics.followStores(async () => (await serving.report()).stores);
  const rules = new RequestRules();
  const deadline = { ...DEADLINE, ...options.deadline };
  const protocols = protocolRouter({
    routes: options.routes,
    serving,
    rules,
    interceptors: callInterceptors({ ...options, deadline, rules }),
    publicInterceptors: publicInterceptors(options),
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    maxDeadlineMs: deadline.maxMs,
    readerTimeoutMs: { ...DEFAULT_LIMITS, ...options.limits }.readerTimeoutMs,
    shutdownSignal: cut,
    logger,
  });
  const endpoints = plainEndpoints(serving, metrics.registry, guard(protocols));
  const handle = contain(allowOrigins(options.corsOrigins ?? [], endpoints), logger);
  return (req, res) => {
    identify(req, res);
    res.on("close", () => metrics.answered(res.statusCode));
    return handle(req, res);
  };
}

async function readTls(files: ServerOptions["tls"]) {
  if (files === undefined) return undefined;
  const [cert, key] = await Promise.all([
    readFile(files.certFile, "utf8"),
    readFile(files.keyFile, "utf8"),
  ]);
  return { cert, key };
}
