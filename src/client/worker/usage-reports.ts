import type { Lease } from "./lease.ts";
import type { TaskWriter } from "./task-writer.ts";

const MOST_REPORTS = 100;

/** One thing that was used up. */
export interface UsageReport {
  /** Which model; unset for what no model did. */
  readonly model?: string;
  readonly inputTokens?: number | bigint;
  readonly outputTokens?: number | bigint;
  /** Tokens in all, where input and output are not told apart. */
  readonly tokens?: number | bigint;
  /** In US dollars. Unset: by the tenant's price list. */
  readonly cost?: number;
  /** The agent it was for. */
  readonly agentId?: string;
  /** The tool it was for. */
  readonly tool?: string;
}

/**
 * Reports of usage on their way. Each call sends at once if nothing is being written; what is
 * reported until its turn comes goes with it, so that a report for every token is no write for
 * every token.
 */
export class UsageReports {
  readonly #lease: Lease;
  readonly #writer: TaskWriter;
  #waiting: { readonly reports: UsageReport[]; readonly sent: Promise<void> } | undefined;

  constructor(lease: Lease, writer: TaskWriter) {
    this.#lease = lease;
    this.#writer = writer;
  }

  async send(reports: readonly UsageReport[]): Promise<void> {
    const batches = new Set<Promise<void>>();
    for (const report of reports) batches.add(this.#add(report));
    await Promise.all(batches);
  }

  #add(report: UsageReport): Promise<void> {
    if (this.#waiting === undefined || this.#waiting.reports.length === MOST_REPORTS) {
      const reports: UsageReport[] = [];
      this.#waiting = { reports, sent: this.#write(reports) };
    }
    this.#waiting.reports.push(report);
    return this.#waiting.sent;
  }

  async #write(reports: UsageReport[]): Promise<void> {
    const { signal } = await this.#writer.write("reportUsage", () => {
      if (this.#waiting?.reports === reports) this.#waiting = undefined;
      return { reports: reports.map(withBigInts) };
    });
    this.#lease.heed(signal);
  }
}

/** Models' clients count in numbers, and protobuf in bigints. */
function withBigInts({ inputTokens = 0, outputTokens = 0, tokens = 0, ...rest }: UsageReport) {
  return {
    ...rest,
    ...{
      inputTokens: whole(inputTokens),
      outputTokens: whole(outputTokens),
      tokens: whole(tokens),
    },
  };
}

function whole(tokens: number | bigint): bigint {
  return typeof tokens === "bigint" ? tokens : BigInt(Math.round(tokens));
}
