// What programs need that call Parley; `../index.ts` has the server too, and takes its memory.
export { type CallFailure, failureOf } from "./failure.ts";
export {
  createGrpcClient,
  type GrpcCallOptions,
  type GrpcClient,
  type GrpcClientOptions,
} from "./grpc.ts";
export type { Job, NewAgentEvent, Output, Progress } from "./worker/job.ts";
export {
  type AbortReason,
  JobAborted,
  PermanentError,
  RetryableError,
} from "./worker/job-error.ts";
export type { MessageRest, MessageStream, NewMessage } from "./worker/message-stream.ts";
export type { TaskOutcome } from "./worker/outcome.ts";
export type { Trouble, WorkerOptions } from "./worker/settings.ts";
export type { UsageReport } from "./worker/usage-reports.ts";
export { createWorker, type StopOptions, type Worker } from "./worker/worker.ts";
export type { WorkerClient } from "./worker/worker-client.ts";
