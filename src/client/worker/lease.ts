import { WorkerSignal } from "../../../gen/parley/v1/worker_requests_pb.js";
import { unlessAborted } from "./backoff.ts";
import { type AbortReason, JobAborted } from "./job-error.ts";

/** What a worker has of a task while it has it, and what is wanted of it meanwhile. */
export class Lease {
  readonly taskId: string;
  readonly leaseId: string;
  readonly seconds: number;
  readonly #ended = new AbortController();
  readonly #over = new AbortController();
  #pause: PromiseWithResolvers<void> | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #expires = true;

  constructor(taskId: string, leaseId: string, seconds: number) {
    this.taskId = taskId;
    this.leaseId = leaseId;
    this.seconds = seconds;
    this.heard(performance.now());
  }

  /** Aborted with a JobAborted once the task is not the worker's any more. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Aborted with `signal`, and when the worker lets the lease go. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get paused(): boolean {
    return this.#pause !== undefined;
  }

  /** Resolves while the task is not paused. @throws the signal's reason when it is aborted */
  async whenNotPaused(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#pause !== undefined) await unlessAborted(this.#pause.promise, signal);
  }

  /** Does as the server wants. */
  heed(wanted: WorkerSignal): void {
    if (wanted === WorkerSignal.CANCEL) this.end("cancelled");
    else if (wanted === WorkerSignal.PAUSE) this.#pause ??= Promise.withResolvers();
    else {
      this.#pause?.resolve();
      this.#pause = undefined;
    }
  }

  /**
   * The server took a sign of life: the lease lasts from then on.
   * @param sentAt when that was sent, on the clock of `performance`
   */
  heard(sentAt: number): void {
    if (!this.#expires) return;
    clearTimeout(this.#expiry);
    const left = sentAt + this.seconds * 1000 - performance.now();
    this.#expiry = setTimeout(() => this.end("lease_lost"), left);
  }

  /**
   * From now on the lease is lost only when the server says so. For a worker whose work is done:
   * while it cannot reach the server, there is nothing left that it should stop doing.
   */
  stopExpiring(): void {
    this.#expires = false;
    clearTimeout(this.#expiry);
  }

  /** The task is not the worker's any more, or is not to be: everything for it ends at once. */
  end(reason: AbortReason, cause?: unknown): void {
    if (this.over.aborted) return;
    this.#ended.abort(new JobAborted(reason, cause));
    this.letGo();
  }

  /** Nothing is left to be done, and no more heartbeats are needed. */
  letGo(): void {
    this.stopExpiring();
    this.#over.abort();
  }
}
