import { onTestFinished, vi } from "vitest";
import type { Job } from "../job.ts";
import type { TaskOutcome } from "../outcome.ts";
import type { Trouble, WorkerOptions } from "../settings.ts";
import { createWorker, type Worker } from "../worker.ts";
import { type ScriptedService, scriptedService } from "./scripted-service.ts";

/** A job whose handler does nothing until the test says what it returns or throws. */
export interface OpenJob {
  readonly job: Job;
  readonly returns: (outcome?: TaskOutcome | string) => void;
  readonly throws: (error: unknown) => void;
}

export interface RunningWorker {
  readonly worker: Worker;
  readonly service: ScriptedService;
  /** What `onError` was told. */
  readonly troubles: (Trouble & { readonly error: unknown })[];
  /** Jobs in the order in which they were begun. */
  readonly jobs: OpenJob[];
  /** Offers a task and waits until its job has begun. */
  begin(taskId: string): Promise<OpenJob>;
  /** Lets so many milliseconds pass, with all that happens in them. */
  pass(ms?: number): Promise<void>;
}

/**
 * A worker at a service in memory, at work. Until the end of the test time stands still but for
 * `pass`, and pauses between attempts are as long as they may be: 100, 200, 400 … ms.
 */
export function runningWorker(options: Partial<WorkerOptions> = {}): RunningWorker {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  const service = scriptedService();
  const jobs: OpenJob[] = [];
  const troubles: RunningWorker["troubles"] = [];
  const worker = createWorker({
    client: service.client,
    workerId: "w1",
    handle: (job) =>
      new Promise<TaskOutcome | string | undefined>((resolve, reject) => {
        jobs.push({ job, returns: resolve, throws: reject });
      }),
    onError: (error, trouble) => troubles.push({ ...trouble, error }),
    ...options,
  });
  const pass = async (ms = 0) => void (await vi.advanceTimersByTimeAsync(ms));
  onTestFinished(async () => {
    const stopped = worker.stop({ graceMs: 0 });
    await pass(20_000);
    await stopped;
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  worker.start();
  return {
    ...{ worker, service, troubles, jobs, pass },
    async begin(taskId) {
      service.offer(taskId);
      await pass();
      const begun = jobs.find(({ job }) => job.task.taskId === taskId);
      if (begun === undefined) throw new Error(`no job has begun for ${taskId}`);
      return begun;
    },
  };
}
