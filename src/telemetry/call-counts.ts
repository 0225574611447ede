import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** From half a millisecond to the default deadline, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Calls of one method over one protocol. */
interface Counts {
  readonly method: string;
  readonly protocol: string;
  running: number;
  /** Ended calls by outcome. */
  readonly ended: Map<string, number>;
  /** Timed calls by bucket, the last one those that took longer than all. */
  readonly took: number[];
  tookSeconds: number;
}

/**
 * Counts and times calls, and hands the figures over when they are read. Told of each
 * call, prom-client sorts and joins its labels for each figure anew, which takes ten
 * times as long as counting.
 */
export class CallCounts {
  readonly #byMethod = new Map<string, Map<string, Counts>>();

  constructor(registry: Registry) {
    const all = () => this.#all();
    const registers = [registry];
    new Gauge({
      name: "parley_rpc_running",
      help: "Calls that have begun and not ended.",
      labelNames: ["method", "protocol"],
      registers,
      collect() {
        for (const { method, protocol, running } of all()) this.set({ method, protocol }, running);
      },
    });
    new Counter({
      name: "parley_rpc_total",
      help: "Calls that have ended, by outcome: ok or the reason of the error.",
      labelNames: ["method", "protocol", "outcome"],
      registers,
      collect() {
        this.reset();
        for (const { method, protocol, ended } of all()) {
          for (const [outcome, count] of ended) this.inc({ method, protocol, outcome }, count);
        }
      },
    });
    registry.registerMetric(new CallTimes(all));
  }

  started(method: string, protocol: string): void {
    this.#of(method, protocol).running++;
  }

  /** @param seconds undefined for a stream, which lasts as long as somebody listens */
  finished(method: string, protocol: string, outcome: string, seconds: number | undefined): void {
    const counts = this.#of(method, protocol);
    counts.running--;
    counts.ended.set(outcome, (counts.ended.get(outcome) ?? 0) + 1);
    if (seconds === undefined) return;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    counts.took[bucket === -1 ? BUCKETS.length : bucket]!++;
    counts.tookSeconds += seconds;
  }

  #of(method: string, protocol: string): Counts {
    const byProtocol = this.#byMethod.get(method) ?? new Map<string, Counts>();
    const known = byProtocol.get(protocol);
    if (known !== undefined) return known;
    const took = new Array<number>(BUCKETS.length + 1).fill(0);
    const counts: Counts = { method, protocol, running: 0, ended: new Map(), took, tookSeconds: 0 };
    this.#byMethod.set(method, byProtocol.set(protocol, counts));
    return counts;
  }

  *#all(): Iterable<Counts> {
    for (const byProtocol of this.#byMethod.values()) yield* byProtocol.values();
  }
}

const TIMES = { name: "parley_rpc_seconds", help: "How long calls took that are no streams." };

type Labels = "method" | "protocol";
type Figures = Awaited<ReturnType<Histogram<Labels>["get"]>>;

/** The times of calls as a histogram, whose buckets are counted elsewhere. */
class CallTimes extends Histogram<Labels> {
  readonly #all: () => Iterable<Counts>;

  constructor(all: () => Iterable<Counts>) {
    super({ ...TIMES, labelNames: ["method", "protocol"], buckets: BUCKETS, registers: [] });
    this.#all = all;
  }

  override async get(): Promise<Figures> {
    const values = [...this.#all()].flatMap((counts) => valuesOf(counts));
    // The type's name, as prom-client has it at run time; its typings have an enum.
    return { ...TIMES, type: "histogram", aggregator: "sum", values } as unknown as Figures;
  }

  /** What the registry asks for when it prints; prom-client's types leave it out. */
  getForPromString(): Promise<Figures> {
    return this.get();
  }
}

/** Buckets are cumulative: each holds what the smaller ones do. */
function valuesOf({ method, protocol, took, tookSeconds }: Counts): Figures["values"] {
  const labels = { method, protocol };
  const metricName = (suffix: string) => `${TIMES.name}_${suffix}`;
  let count = 0;
  const buckets = took.map((calls, i) => {
    count += calls;
    const le = BUCKETS[i] ?? "+Inf";
    return { labels: { le, ...labels }, value: count, metricName: metricName("bucket") };
  });
  if (count === 0) return [];
  return [
    ...buckets,
    { labels, value: tookSeconds, metricName: metricName("sum") },
    { labels, value: count, metricName: metricName("count") },
  ] as Figures["values"];
}
