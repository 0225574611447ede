import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../../../gen/google/rpc/error_details_pb.js";
import { AssignmentSchema, WorkerSignal } from "../../../../gen/parley/v1/worker_requests_pb.js";
import { WorkerService } from "../../../../gen/parley/v1/worker_service_pb.js";
import { sleep } from "../backoff.ts";
import type { CallOptions, WorkerClient, WorkerRpc } from "../worker-client.ts";

/** A call as the service saw it. */
export interface SeenCall {
  readonly rpc: WorkerRpc;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a request.
  readonly request: any;
  /** Milliseconds since the service began, on the clock of the test. */
  readonly at: number;
}

/** What a call comes to: an answer, or an error to be thrown. */
type Script = (request: never, options: CallOptions) => Promise<object> | object;

/** A WorkerService in memory that does as the test says; else it takes everything. */
export interface ScriptedService {
  readonly client: WorkerClient;
  readonly calls: SeenCall[];
  /** Lets a worker claim a task with this id, by the lease `lease-<id>`. */
  offer(...taskIds: string[]): void;
  /** What the next calls of a method come to, in order. Those after them are taken. */
  next(rpc: WorkerRpc, ...scripts: Script[]): void;
  /** What every call of a method comes to from now on. */
  always(rpc: WorkerRpc, script: Script): void;
  /** Requests of one method. */
  requests(rpc: WorkerRpc): SeenCall["request"][];
  /** The methods that were called for a task, without heartbeats and claims. */
  written(): WorkerRpc[];
}

export function scriptedService(): ScriptedService {
  const calls: SeenCall[] = [];
  const offered: string[] = [];
  const waiting: (() => void)[] = [];
  const queues = new Map<WorkerRpc, Script[]>();
  const standing = new Map<WorkerRpc, Script>([
    ["claimTask", (request: { waitMs: number }, options) => claim(request.waitMs, options)],
    ["heartbeat", () => ({ signal: WorkerSignal.CONTINUE })],
    ["publishTaskPartial", takePartial],
  ]);
  const began = performance.now();

  async function claim(waitMs: number, { signal, timeoutMs = waitMs }: CallOptions) {
    if (offered.length === 0) {
      const arrived = new Promise<void>((resolve) => waiting.push(resolve));
      const ended = signal ?? new AbortController().signal;
      await Promise.race([
        arrived,
        sleep(Math.min(waitMs, timeoutMs), ended).catch(() => undefined),
      ]);
      if (ended.aborted) throw new ConnectError("cancelled", Code.Canceled);
      if (timeoutMs < waitMs) throw new ConnectError("too late", Code.DeadlineExceeded);
    }
    const taskId = offered.shift();
    return taskId === undefined ? {} : { assignment: assignment(taskId) };
  }

  const call = async (rpc: WorkerRpc, request: object, options: CallOptions = {}) => {
    calls.push({ rpc, request, at: performance.now() - began });
    const script = queues.get(rpc)?.shift() ?? standing.get(rpc) ?? (() => ({}));
    const answer = await script(request as never, options);
    return create(
      WorkerService.method[rpc].output as DescMessage,
      answer as MessageInitShape<DescMessage>,
    );
  };
  const client = Object.fromEntries(
    WorkerService.methods.map(({ localName }) => [
      localName,
      (request: object, options?: CallOptions) => call(localName as WorkerRpc, request, options),
    ]),
  );
  return {
    client: client as unknown as WorkerClient,
    calls,
    offer(...taskIds) {
      offered.push(...taskIds);
      for (const arrive of waiting.splice(0)) arrive();
    },
    next: (rpc, ...scripts) => void queues.set(rpc, [...(queues.get(rpc) ?? []), ...scripts]),
    always: (rpc, script) => void standing.set(rpc, script),
    requests: (rpc) => calls.filter((seen) => seen.rpc === rpc).map(({ request }) => request),
    written: () =>
      calls.map(({ rpc }) => rpc).filter((rpc) => rpc !== "heartbeat" && rpc !== "claimTask"),
  };
}

export function assignment(taskId: string) {
  const task = { taskId, sessionId: `session-of-${taskId}`, query: "what?", attempt: 1 };
  return create(AssignmentSchema, {
    task,
    leaseId: `lease-${taskId}`,
    session: { sessionId: task.sessionId },
  });
}

function takePartial({ offset, text }: { offset: number; text: string }) {
  return { nextOffset: offset + text.length };
}

/** An error as Connect's client throws it, with Parley's reason. */
export function refused(code: Code, reason?: string): () => never {
  return () => {
    const details = reason === undefined ? [] : [{ desc: ErrorInfoSchema, value: { reason } }];
    throw new ConnectError(reason ?? Code[code], code, undefined, details);
  };
}

export const away = refused(Code.Unavailable);
export const stale = refused(Code.Aborted, "stale_lease");
