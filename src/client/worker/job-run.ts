import type { Session } from "../../../gen/parley/v1/session_pb.js";
import type { Task } from "../../../gen/parley/v1/task_pb.js";
import { failureOf } from "../failure.ts";
import { askWhyRefused, keepAlive } from "./heartbeats.ts";
import { createJob } from "./job.ts";
import { JobAborted } from "./job-error.ts";
import { Lease } from "./lease.ts";
import type { Said } from "./message-stream.ts";
import { completionOf, failureFrom, type TaskOutcome } from "./outcome.ts";
import { saysLost } from "./retry.ts";
import type { Settings } from "./settings.ts";
import { TaskWriter } from "./task-writer.ts";

const PUBLISH_TIMEOUT_MS = 5_000;
/** What a stop waits for beyond its grace: that the tasks are given back. */
const GIVE_BACK_MS = 5_000;

type Ending =
  | { readonly kind: "returned"; readonly outcome: TaskOutcome | string }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "given back" };

/** A task that was claimed. */
export interface Claimed {
  readonly task: Task;
  readonly leaseId: string;
  readonly session?: Session | undefined;
  /** True where the answer came late, to a claim that was sent again. */
  readonly late: boolean;
}

/** One task from its claim to its end, as this worker sees it. */
export class JobRun {
  /** Resolves when nothing is left to be written. */
  readonly done: Promise<void>;
  readonly #lease: Lease;
  readonly #settings: Settings;
  readonly #writer: TaskWriter;
  readonly #stopping = new AbortController();
  readonly #finished = new AbortController();
  readonly #givenBack = Promise.withResolvers<Ending>();
  #said: Said | undefined;

  constructor(claimed: Claimed, settings: Settings) {
    this.#lease = new Lease(claimed.task.taskId, claimed.leaseId, settings.leaseSeconds);
    this.#settings = settings;
    this.#writer = new TaskWriter(this.#lease, settings);
    this.#lease.signal.addEventListener("abort", () => this.#tellOfLoss(), { once: true });
    this.done = this.#run(claimed);
  }

  /** Ends the work: what has not come to its end by now is left to another worker. */
  giveBack(): void {
    this.#givenBack.resolve({ kind: "given back" });
    this.#stopping.abort(new JobAborted("stopping"));
    const timer = setTimeout(() => this.#lease.end("stopping"), GIVE_BACK_MS);
    this.done.finally(() => clearTimeout(timer));
  }

  async #run(claimed: Claimed): Promise<void> {
    keepAlive(this.#lease, this.#settings, claimed.late);
    const ending = await Promise.race([this.#handle(claimed), this.#givenBack.promise]);
    this.#finished.abort(new JobAborted("finished"));
    this.#lease.stopExpiring();
    // What goes wrong here has been told, and nobody is left to do anything about it.
    await this.#write(ending).catch(() => undefined);
    this.#lease.letGo();
  }

  async #handle({ task, session }: Claimed): Promise<Ending> {
    const signal = AbortSignal.any([this.#lease.signal, this.#stopping.signal]);
    const closed = AbortSignal.any([signal, this.#finished.signal]);
    const job = createJob({
      ...{ task, session, signal, closed, lease: this.#lease, writer: this.#writer },
      streams: {
        publish: (...fragment) => this.#publish(closed, ...fragment),
        said: (message) => {
          this.#said = message;
        },
      },
    });
    try {
      return { kind: "returned", outcome: (await this.#settings.handle(job)) ?? {} };
    } catch (error) {
      if (!signal.aborted) this.#settings.tell(error, { doing: "handle", taskId: task.taskId });
      return { kind: "threw", error };
    }
  }

  /** Writes how it ended. A result that the server refuses is a failure. */
  #write(ending: Ending): Promise<unknown> {
    if (ending.kind === "given back") return giveBack(this.#writer);
    if (ending.kind === "threw") return this.#fail(failureFrom(ending.error));
    const completion = completionOf(ending.outcome, this.#said);
    return this.#writer
      .write("completeTask", () => completion)
      .catch((refusal) => this.#fail(failureFrom(refusal)));
  }

  #fail(failure: ReturnType<typeof failureFrom>): Promise<unknown> {
    return this.#writer.write("failTask", () => failure);
  }

  async #publish(
    signal: AbortSignal,
    messageId: string,
    offset: number,
    text: string,
  ): Promise<number> {
    signal.throwIfAborted();
    const { taskId, leaseId } = this.#lease;
    const partial = { taskId, leaseId, messageId, offset, text };
    const options = { signal, timeoutMs: PUBLISH_TIMEOUT_MS };
    try {
      return (await this.#settings.client.publishTaskPartial(partial, options)).nextOffset;
    } catch (error) {
      if (saysLost(failureOf(error))) await askWhyRefused(this.#lease, this.#settings, error);
      throw error;
    }
  }

  #tellOfLoss(): void {
    const { signal, taskId } = this.#lease;
    const lost = signal.reason instanceof JobAborted && signal.reason.reason === "lease_lost";
    if (lost) this.#settings.tell(signal.reason, { doing: "heartbeat", taskId });
  }
}

/** Gives a task back that came when none was wanted any more. */
export async function giveBackUnstarted(claimed: Claimed, settings: Settings): Promise<void> {
  const lease = new Lease(claimed.task.taskId, claimed.leaseId, settings.leaseSeconds);
  const timer = setTimeout(() => lease.end("stopping"), GIVE_BACK_MS);
  await giveBack(new TaskWriter(lease, settings)).catch(() => undefined);
  clearTimeout(timer);
  lease.letGo();
}

function giveBack(writer: TaskWriter): Promise<unknown> {
  return writer.write("failTask", () => ({ returned: true }));
}
