import { hostname } from "node:os";
import type { Job } from "./job.ts";
import type { TaskOutcome } from "./outcome.ts";
import type { WorkerClient, WorkerRpc } from "./worker-client.ts";

/** Where something went wrong. */
export interface Trouble {
  /** The call that failed, or `handle`: the handler threw. */
  readonly doing: WorkerRpc | "handle";
  readonly taskId?: string | undefined;
}

export interface WorkerOptions {
  /** Reaches WorkerService in the role worker. */
  readonly client: WorkerClient;
  /** Does the work of one task. What it returns completes it, what it throws fails it. */
  readonly handle: (job: Job) => Promise<TaskOutcome | string | undefined> | Promise<void>;
  /** One name for each process. Default: host name, process id and something random. */
  readonly workerId?: string | undefined;
  /** Only tasks of these types. Default: of any. */
  readonly types?: readonly string[] | undefined;
  /** Only tasks of these agents. Default: of any, and of none. */
  readonly agentIds?: readonly string[] | undefined;
  /** Tasks of these tenants. Default: of the worker's own. */
  readonly tenantIds?: readonly string[] | undefined;
  /** How many tasks at once, from 1. Default 1. */
  readonly concurrency?: number | undefined;
  /**
   * How long a task stays the worker's without a sign of life, 1 to 600 seconds. Default 30.
   * A heartbeat comes after each third of it, and with it word of a pause or a cancellation.
   */
  readonly leaseSeconds?: number | undefined;
  /** How long the server keeps a claim waiting for a task, up to 60,000. Default 20,000. */
  readonly waitMs?: number | undefined;
  /**
   * Told of what failed; of calls that are made again and again, the 1st, 2nd, 4th, 8th … time
   * in a row. Default: a line on stderr.
   */
  readonly onError?: ((error: unknown, trouble: Trouble) => void) | undefined;
}

/** Options with their defaults. */
export interface Settings {
  readonly client: WorkerClient;
  readonly handle: WorkerOptions["handle"];
  readonly workerId: string;
  readonly types: string[];
  readonly agentIds: string[];
  readonly tenantIds: string[];
  readonly concurrency: number;
  readonly leaseSeconds: number;
  readonly waitMs: number;
  /** Never throws. */
  readonly tell: (error: unknown, trouble: Trouble) => void;
}

/** @throws RangeError on what cannot be, so that a worker does not start with it */
export function settingsOf(options: WorkerOptions): Settings {
  const { client, handle, workerId = ownName(), concurrency = 1 } = options;
  const { leaseSeconds = 30, waitMs = 20_000, onError = toStderr } = options;
  if (!/^[A-Za-z0-9:_.-]{1,128}$/.test(workerId)) {
    throw new RangeError(`workerId: "${workerId}" is not of the form [A-Za-z0-9:_.-]{1,128}`);
  }
  return {
    client,
    handle,
    workerId,
    types: atMost("types", 32, options.types),
    agentIds: atMost("agentIds", 32, options.agentIds),
    tenantIds: atMost("tenantIds", 100, options.tenantIds),
    concurrency: whole("concurrency", concurrency, 1, 10_000),
    leaseSeconds: whole("leaseSeconds", leaseSeconds, 1, 600),
    waitMs: whole("waitMs", waitMs, 0, 60_000),
    tell: (error, trouble) => {
      try {
        onError(error, trouble);
      } catch (thrown) {
        toStderr(thrown, trouble);
      }
    },
  };
}

function ownName(): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9_.-]/g, "-")
    .slice(0, 80);
  return `${host}:${process.pid}:${crypto.randomUUID().slice(0, 8)}`;
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name}: ${value} is no whole number from ${least} to ${most}`);
}

function atMost(name: string, most: number, values: readonly string[] = []): string[] {
  if (values.length <= most) return [...values];
  throw new RangeError(`${name}: ${values.length} are too many, ${most} at most`);
}

function toStderr(error: unknown, { doing, taskId }: Trouble): void {
  const what = taskId === undefined ? doing : `${doing} of task ${taskId}`;
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`parley worker: ${what}: ${why}\n`);
}
