import { setTimeout as sleep } from "node:timers/promises";
import { create, type JsonObject } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { MessageSchema } from "../../gen/parley/v1/message_pb.js";
import {
  type AppendTaskOutputRequest,
  AssignmentSchema,
  WorkerSignal,
} from "../../gen/parley/v1/worker_requests_pb.js";
import type { WorkerService } from "../../gen/parley/v1/worker_service_pb.js";
import { callerOf } from "../../src/api/caller.ts";
import { ParleyError, staleLease } from "../../src/domain/errors.ts";

/** What became of a task. */
export interface WorkedOn {
  readonly taskId: string;
  readonly metadata: JsonObject;
  wanted: WorkerSignal;
  /** False: the lease has passed to somebody else. */
  leased: boolean;
  /** What is in the log, in order: stages, messages, events, usage, and how it ended. */
  readonly log: string[];
  readonly partials: string[];
}

/** A WorkerService in memory, with leases and with operations that are made once. */
export class WorkerServiceInMemory {
  readonly tasks = new Map<string, WorkedOn>();
  readonly #queue: string[] = [];
  /** First answers, by `request_id`. */
  readonly #answers = new Map<string, object>();
  /** Called before each write, to make it fail. */
  onWrite: (requestId: string) => void = () => undefined;

  /** @param metadata what the task says beside its query */
  submit(taskId: string, metadata: JsonObject = {}): WorkedOn {
    const task = {
      taskId,
      metadata,
      wanted: WorkerSignal.CONTINUE,
      leased: false,
      log: [],
      partials: [],
    };
    this.tasks.set(taskId, task);
    this.#queue.push(taskId);
    return task;
  }

  readonly implementation: ServiceImpl<typeof WorkerService> = {
    claimTask: async ({ waitMs, requestId, workerId }, context) => {
      if (!callerOf(context).roles.has("worker")) {
        throw new ParleyError("scope_denied", "needs the role worker");
      }
      const until = performance.now() + waitMs;
      while (this.#queue.length === 0 && performance.now() < until) {
        await sleep(5, undefined, { signal: context.signal });
      }
      return this.#once(requestId, () => {
        const taskId = this.#queue.shift();
        if (taskId === undefined) return {};
        const claimed = this.#task(taskId);
        claimed.leased = true;
        const { metadata } = claimed;
        const task = { taskId, sessionId: "s", query: `by ${workerId}`, metadata, attempt: 1 };
        return { assignment: create(AssignmentSchema, { task, leaseId: "lease" }) };
      });
    },
    heartbeat: ({ taskId }) => ({ signal: this.#held(taskId).wanted }),
    reportProgress: ({ taskId, requestId, currentStage }) =>
      this.#once(requestId, () => {
        const task = this.#held(taskId);
        task.log.push(`stage ${currentStage}`);
        return { signal: task.wanted };
      }),
    appendTaskOutput: (request) => this.#once(request.requestId, () => this.#append(request)),
    publishTaskPartial: ({ taskId, offset, text }) => {
      this.#held(taskId).partials.push(`${offset} ${text}`);
      return { nextOffset: offset + text.length };
    },
    reportUsage: ({ taskId, requestId, reports }) =>
      this.#once(requestId, () => {
        const task = this.#held(taskId);
        for (const { model, tokens } of reports) task.log.push(`used ${tokens} of ${model}`);
        return { signal: task.wanted };
      }),
    completeTask: ({ taskId, requestId, result, results }) =>
      this.#once(requestId, () => {
        this.#held(taskId).log.push(`completed ${result} ${JSON.stringify(results ?? null)}`);
        return {};
      }),
    failTask: ({ taskId, requestId, errorMessage, retryable, returned }) =>
      this.#once(requestId, () => {
        const how = returned ? "returned" : retryable ? "failed for now" : "failed for good";
        this.#held(taskId).log.push(`${how} ${errorMessage}`.trim());
        return {};
      }),
  };

  #append({ taskId, messages, events }: AppendTaskOutputRequest) {
    const task = this.#held(taskId);
    for (const { content } of messages) task.log.push(`message ${content}`);
    for (const { name, message } of events) task.log.push(`event ${name} ${message}`);
    const appended = messages.map(({ messageId = "" }) => create(MessageSchema, { messageId }));
    return { messages: appended, version: task.log.length };
  }

  #once<T extends object>(requestId: string, write: () => T): T {
    const known = this.#answers.get(requestId);
    if (known !== undefined) return known as T;
    this.onWrite(requestId);
    const answer = write();
    this.#answers.set(requestId, answer);
    return answer;
  }

  #held(taskId: string): WorkedOn {
    const task = this.#task(taskId);
    if (!task.leased) throw staleLease();
    return task;
  }

  #task(taskId: string): WorkedOn {
    const task = this.tasks.get(taskId);
    if (task === undefined) throw new ParleyError("task_not_found", "the task does not exist");
    return task;
  }
}
