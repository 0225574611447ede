/** Faults that are kept in words; of more only the number is. */
const KEPT_FAULTS = 20;

/** What became of the requests of a run. */
export class Tally {
  requests = 0;
  faultCount = 0;
  readonly faults: string[] = [];
  readonly statuses = new Map<number, number>();

  sent(count: number): void {
    this.requests += count;
  }

  answered(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  fault(text: string): void {
    this.faultCount++;
    if (this.faults.length < KEPT_FAULTS) this.faults.push(text);
  }

  /** What all other faults may follow from stands before them. */
  cause(text: string): void {
    this.faultCount++;
    this.faults.unshift(text);
  }

  /** How many answers had each status, as `200: 12, 400: 3`. */
  get summary(): string {
    const sorted = [...this.statuses].sort(([a], [b]) => a - b);
    return sorted.map(([status, count]) => `${status}: ${count}`).join(", ");
  }
}
