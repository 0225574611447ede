import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";

/** What the SDK says with a call. */
export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Methods = (typeof WorkerService)["method"];

/**
 * What the SDK needs of a client of WorkerService. `createGrpcClient(WorkerService, …)` and
 * Connect's `createClient(WorkerService, …)` are such clients.
 */
export type WorkerClient = {
  readonly [K in keyof Methods]: Methods[K] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
    : never;
};

export type WorkerRpc = keyof WorkerClient;
