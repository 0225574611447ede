import type { MessageInitShape } from "@bufbuild/protobuf";
import type { UsageReportSchema } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Lease } from "./lease.ts";
import type { TaskWriter } from "./task-writer.ts";

const MOST_REPORTS = 100;

export type UsageReport = MessageInitShape<typeof UsageReportSchema>;

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
      return (client, proof, options) => client.reportUsage({ ...proof, reports }, options);
    });
    this.#lease.heed(signal);
  }
}
