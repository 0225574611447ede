export type StoreState = "ready" | "degraded" | "away";

/** Whether the service can serve, and how its stores are. */
export interface ReadyReport {
  readonly serving: boolean;
  readonly stores: Readonly<Record<string, StoreState>>;
}

export interface HealthProbes {
  /** False when only a restart would help. */
  live(): boolean;
  /** May ask the stores; is called at most once per second, whoever asks. */
  ready(): Promise<ReadyReport>;
}

const REPORT_TTL_MS = 1000;
const NOT_SERVING: ReadyReport = { serving: false, stores: {} };

/**
 * What probes, balancers and gRPC health watchers are told. They need no
 * credentials, so their questions reach the stores once a second and no oftener.
 */
export class Serving {
  readonly #probes: HealthProbes;
  readonly #shutdown: AbortSignal;
  #report: Promise<ReadyReport> | undefined;
  #askedAt = 0;

  constructor(probes: HealthProbes, shutdown: AbortSignal) {
    this.#probes = probes;
    this.#shutdown = shutdown;
  }

  get shutdown(): AbortSignal {
    return this.#shutdown;
  }

  live(): boolean {
    return this.#probes.live();
  }

  /** Never rejects; a probe that does means that nothing can be served. */
  async report(): Promise<ReadyReport> {
    const now = performance.now();
    if (this.#report === undefined || now - this.#askedAt >= REPORT_TTL_MS) {
      this.#askedAt = now;
      this.#report = this.#probes.ready().catch(() => NOT_SERVING);
    }
    const report = await this.#report;
    return this.#shutdown.aborted ? { ...report, serving: false } : report;
  }
}
