import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { registerServices } from "./api/index.ts";
import { makeBootstrapKey } from "./api/keys/bootstrap-key.ts";
import { type Archiver, createArchiver } from "./archiver/archiver.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import { parsePlans } from "./config/plans.ts";
import { parsePriceList } from "./config/price-list.ts";
import { parseRetentionRules } from "./config/retention-rules.ts";
import type { Context } from "./context.ts";
import { limitsRates, NO_PLANS, type PlanBook } from "./domain/plan.ts";
import { NO_PRICES, type PriceList } from "./domain/price-list.ts";
import { DEFAULT_RETENTION, type Retention } from "./domain/retention.ts";
import type { WorkPolicy } from "./domain/work-policy.ts";
import { uuidV7 } from "./ids.ts";
import type { Journal } from "./journal/port.ts";
import type { LiveView } from "./live/port.ts";
import { createLog } from "./log/log.ts";
import { authenticationFor, openTokenKey } from "./server/auth/index.ts";
import type { VerifyingKey } from "./server/auth/token-keys.ts";
import { type RunningServer, startServer } from "./server/server.ts";
import type { HealthProbes } from "./server/serving.ts";
import { openJournal, openLiveView, stalenessOf } from "./stores.ts";
import { createLogger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";

export interface Service {
  /** Opens the port. Rejects if that is not possible; the service is then stopped. */
  start(): Promise<{ readonly url: string }>;
  /**
   * Stops in order: watchers are told where to resume, calls finish or are cut
   * off after the grace, writes are committed, stores are closed. Can be called
   * again.
   */
  stop(reason: string): Promise<void>;
}

export interface Overrides {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Opens the stores of a service that is configured so. Nothing listens yet. */
export async function createService(
  config: Config,
  overrides: Partial<Overrides> = {},
): Promise<Service> {
  const logger = overrides.logger ?? createLogger({ level: config.logLevel, terminal: false });
  const clock = overrides.clock ?? systemClock;
  const work = { ...config.work, prices: await readPrices(config.work.pricesFile) };
  const plans = await readPlans(config.plans);
  const retention = await readRetention(config.retention);
  const tokenKey = await openTokenKey(config.auth);
  const journal = await openJournal(config, clock, logger);
  try {
    const stalenessMs = stalenessOf(config, journal);
    const live = await openLiveView(config, stalenessMs, logger);
    const policies = { work, plans, retention };
    const parts = { journal, live, clock, logger, stalenessMs, ...policies, tokenKey };
    return new ParleyService(config, parts);
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function readPrices(file: string | undefined): Promise<PriceList> {
  return file === undefined ? NO_PRICES : readConfigured("PARLEY_PRICES", file, parsePriceList);
}

async function readRetention({
  restoreWindowMs,
  rulesFile,
}: Config["retention"]): Promise<Retention> {
  if (rulesFile === undefined) return { ...DEFAULT_RETENTION, restoreWindowMs };
  const rules = await readConfigured("PARLEY_RETENTION", rulesFile, parseRetentionRules);
  return { ...rules, restoreWindowMs };
}

async function readConfigured<T>(
  variable: string,
  file: string,
  parse: (text: string) => T,
): Promise<T> {
  try {
    return parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`${variable}: ${file}: ${(error as Error).message}`);
  }
}

async function readPlans(source: string | undefined): Promise<PlanBook> {
  if (source === undefined) return NO_PLANS;
  const inFile = !source.trimStart().startsWith("{");
  try {
    return parsePlans(inFile ? await readFile(source, "utf8") : source);
  } catch (error) {
    const where = inFile ? `${source}: ` : "";
    throw new Error(`PARLEY_PLANS: ${where}${(error as Error).message}`);
  }
}

/** How long a store may take to answer a probe, in milliseconds. */
const PROBE_MS = 500;

async function answers(store: { ping(): Promise<void> }): Promise<boolean> {
  const late = new AbortController();
  const answered = store.ping().then(
    () => true,
    () => false,
  );
  const tooLate = pause(PROBE_MS, false, { signal: late.signal });
  return Promise.race([answered, tooLate]).finally(() => late.abort());
}

interface Parts {
  readonly journal: Journal;
  readonly live: LiveView;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stalenessMs: number;
  readonly work: WorkPolicy;
  readonly plans: PlanBook;
  readonly retention: Retention;
  readonly tokenKey: VerifyingKey | undefined;
}

class ParleyService implements Service {
  readonly #config: Config;
  readonly #parts: Parts;
  readonly #shutdown = new AbortController();
  readonly #context: Context;
  readonly #archiver: Archiver;
  #server: RunningServer | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: Config, parts: Parts) {
    const { clock, logger, journal, work, plans, retention, stalenessMs } = parts;
    this.#config = config;
    this.#parts = parts;
    const log = createLog(parts);
    const ids = uuidV7;
    this.#context = {
      log,
      clock,
      ids,
      work,
      plans,
      retention,
      publicUrl: () => config.server.publicUrl || (this.#server?.address.url ?? ""),
      logger,
      shutdown: this.#shutdown.signal,
    };
    this.#archiver = createArchiver({ journal, log, clock, ids, retention, stalenessMs }, logger);
  }

  async start(): Promise<{ url: string }> {
    const { server, auth } = this.#config;
    try {
      await this.#prepareCallers();
      this.#server = await startServer({
        ...server,
        limits: { readerTimeoutMs: server.readerTimeoutMs },
        routes: (router) => registerServices(router, this.#context),
        health: this.#probes(),
        ...authenticationFor(auth, this.#parts.tokenKey, this.#context),
        rates: this.#rates(),
        logger: this.#parts.logger,
        metrics: createMetrics({ process: true }),
        shutdownSignal: this.#shutdown.signal,
      });
    } catch (error) {
      await this.stop("cannot listen");
      if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
        throw new Error(`PORT: ${server.port} on ${server.host} is in use by another process`);
      }
      throw error;
    }
    this.#archiver.start();
    return { url: this.#server.address.url };
  }

  #rates() {
    const { plans, log } = this.#context;
    return limitsRates(plans) ? { plans, takeTokens: log.takeTokens } : undefined;
  }

  async #prepareCallers(): Promise<void> {
    const { mode, bootstrapKey, tenantId } = this.#config.auth;
    const { logger } = this.#parts;
    if (mode === "dev") {
      logger.warn("callers are believed to be who they say (PARLEY_AUTH=dev)");
    }
    if (bootstrapKey === undefined) return;
    const made = await makeBootstrapKey(this.#context, tenantId, bootstrapKey.reveal());
    if (made) logger.info({ tenant: tenantId }, "made the key of PARLEY_BOOTSTRAP_KEY");
  }

  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#stop(reason);
    return this.#stopped;
  }

  async #stop(reason: string): Promise<void> {
    this.#parts.logger.info({ reason }, "stopping");
    this.#shutdown.abort();
    await this.#server?.drain(this.#config.server.shutdownGraceMs);
    await this.#archiver.stop();
    this.#context.log.close();
    await this.#parts.live.close();
    await this.#parts.journal.close();
    this.#parts.logger.info("stopped");
  }

  /** Live sessions can still be read without the journal, and everything without the view. */
  #probes(): HealthProbes {
    const { journal, live } = this.#parts;
    return {
      live: () => true,
      ready: async () => {
        const [kept, atHand] = await Promise.all([answers(journal), answers(live)]);
        return {
          serving: kept || atHand,
          stores: { journal: kept ? "ready" : "away", live: atHand ? "ready" : "away" },
        };
      },
    };
  }
}
