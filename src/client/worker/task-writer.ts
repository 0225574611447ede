import { failureOf } from "../failure.ts";
import { quiet } from "./backoff.ts";
import { askWhyRefused } from "./heartbeats.ts";
import { PermanentError, RetryableError } from "./job-error.ts";
import type { Lease } from "./lease.ts";
import { isUnforeseen, saysLost, untilAnswered } from "./retry.ts";
import type { Settings } from "./settings.ts";
import type { CallOptions, WorkerClient, WorkerRpc } from "./worker-client.ts";

const WRITE_TIMEOUT_MS = 10_000;

/** What every write says: which task, by which lease, and which write it is. */
export interface Proof {
  readonly taskId: string;
  readonly leaseId: string;
  readonly requestId: string;
}

type Send<T> = (client: WorkerClient, proof: Proof, options: CallOptions) => Promise<T>;

/** Writes for one task: one at a time, in the order in which they were given. */
export class TaskWriter {
  readonly #lease: Lease;
  readonly #settings: Settings;
  #last: Promise<unknown> = Promise.resolve();

  constructor(lease: Lease, settings: Settings) {
    this.#lease = lease;
    this.#settings = settings;
  }

  /**
   * Sends until there is an answer, each time the same with the same `request_id`.
   * @param prepare says what to send, once its turn has come
   * @throws JobAborted once the lease has ended; PermanentError where the server refuses, and
   *   RetryableError where it fails again and again
   */
  write<T>(rpc: WorkerRpc, prepare: () => Send<T>): Promise<T> {
    const written = this.#last.then(() => this.#deliver(rpc, prepare()));
    this.#last = written.catch(() => undefined);
    return quiet(written);
  }

  async #deliver<T>(rpc: WorkerRpc, send: Send<T>): Promise<T> {
    const { signal, taskId, leaseId } = this.#lease;
    const proof = { taskId, leaseId, requestId: crypto.randomUUID() };
    let sentAt = 0;
    const call = (options: CallOptions) => {
      sentAt = performance.now();
      return send(this.#settings.client, proof, options);
    };
    try {
      const answer = await untilAnswered(call, { signal, timeoutMs: WRITE_TIMEOUT_MS });
      this.#lease.heard(sentAt);
      return answer;
    } catch (error) {
      throw await this.#refusal(rpc, error);
    }
  }

  async #refusal(rpc: WorkerRpc, error: unknown): Promise<unknown> {
    const { signal, taskId } = this.#lease;
    const failure = failureOf(error);
    if (!signal.aborted && saysLost(failure)) {
      await askWhyRefused(this.#lease, this.#settings, error);
    }
    if (signal.aborted) return signal.reason;
    this.#settings.tell(error, { doing: rpc, taskId });
    const Refusal = isUnforeseen(failure) ? RetryableError : PermanentError;
    return new Refusal(`${rpc}: ${failure.message}`, { code: failure.reason, cause: error });
  }
}
