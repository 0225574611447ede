import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import { failureOf } from "../failure.ts";
import { quiet } from "./backoff.ts";
import { askWhyRefused } from "./heartbeats.ts";
import { PermanentError, RetryableError } from "./job-error.ts";
import type { Lease } from "./lease.ts";
import { isUnforeseen, saysLost, untilAnswered } from "./retry.ts";
import type { Settings } from "./settings.ts";
import type { CallOptions, WorkerClient, WorkerRpc } from "./worker-client.ts";

const WRITE_TIMEOUT_MS = 10_000;

/** Calls that are in the log once they are answered. */
type WriteRpc = Exclude<WorkerRpc, "claimTask" | "heartbeat" | "publishTaskPartial">;
type RequestOf<R extends WriteRpc> = Parameters<WorkerClient[R]>[0];
type AnswerOf<R extends WriteRpc> = Awaited<ReturnType<WorkerClient[R]>>;

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
   * @param prepare makes the request, once its turn has come; task, lease and id are added
   * @throws JobAborted once the lease has ended; PermanentError where the server refuses, and
   *   RetryableError where it fails again and again
   */
  write<R extends WriteRpc>(rpc: R, prepare: () => RequestOf<R>): Promise<AnswerOf<R>> {
    const written = this.#last.then(() => this.#deliver(rpc, prepare));
    this.#last = written.catch(() => undefined);
    return quiet(written);
  }

  async #deliver<R extends WriteRpc>(rpc: R, prepare: () => RequestOf<R>): Promise<AnswerOf<R>> {
    const { signal } = this.#lease;
    try {
      const request = this.#requestOf(rpc, prepare);
      let sentAt = 0;
      const send = this.#settings.client[rpc] as Send<AnswerOf<R>>;
      const call = (options: CallOptions) => {
        sentAt = performance.now();
        return send(request, options);
      };
      const answer = await untilAnswered(call, { signal, timeoutMs: WRITE_TIMEOUT_MS });
      this.#lease.heard(sentAt);
      return answer;
    } catch (error) {
      throw await this.#refusal(rpc, error);
    }
  }

  /** A client would say of what cannot be sent what it says of a broken server. */
  #requestOf<R extends WriteRpc>(rpc: R, prepare: () => RequestOf<R>): object {
    const { taskId, leaseId } = this.#lease;
    const schema: DescMessage = WorkerService.method[rpc].input;
    try {
      const request = { ...prepare(), taskId, leaseId, requestId: crypto.randomUUID() };
      toBinary(schema, create(schema, request));
      return request;
    } catch (error) {
      throw new PermanentError(`${rpc}: ${error instanceof Error ? error.message : error}`, {
        code: "invalid_argument",
        cause: error,
      });
    }
  }

  async #refusal(rpc: WriteRpc, error: unknown): Promise<unknown> {
    const { signal, taskId } = this.#lease;
    const failure = failureOf(error);
    if (!signal.aborted && saysLost(failure)) {
      await askWhyRefused(this.#lease, this.#settings, error);
    }
    if (signal.aborted) return signal.reason;
    this.#settings.tell(error, { doing: rpc, taskId });
    if (error instanceof PermanentError) return error;
    const Refusal = isUnforeseen(failure) ? RetryableError : PermanentError;
    return new Refusal(`${rpc}: ${failure.message}`, { code: failure.reason, cause: error });
  }
}

type Send<T> = (request: object, options: CallOptions) => Promise<T>;
