import type { SubmitTaskRequest } from "../../gen/parley/v1/task_requests_pb.js";
import type { CompleteTaskRequest } from "../../gen/parley/v1/worker_outcome_pb.js";
import { invalidArgument, payloadTooLarge } from "./errors.ts";
import { refuseDeepObject } from "./json-depth.ts";
import { MAX_METADATA_BYTES, refuseLarge } from "./session.ts";

/** Most bytes of what a task or a run is to do. */
export const MAX_QUERY_BYTES = 65_536;

/** Refuses what is no work to be done. */
export function checkQuery(field: string, query: string): void {
  if (query.trim() === "") throw invalidArgument(field, "must not be empty");
  if (Buffer.byteLength(query) <= MAX_QUERY_BYTES) return;
  throw payloadTooLarge(field, `must not be larger than ${MAX_QUERY_BYTES} bytes`);
}

/** Refuses what could not be a task. */
export function checkSubmission({ query, metadata }: SubmitTaskRequest): void {
  checkQuery("query", query);
  refuseLarge("metadata", metadata, MAX_METADATA_BYTES);
}

/** Most bytes of a structured result, encoded. */
const MAX_RESULTS_BYTES = 1_048_576;

/** Refuses what could not be the outcome of a task. */
export function checkOutcome(request: CompleteTaskRequest): void {
  refuseLarge("results", request.results, MAX_RESULTS_BYTES);
  refuseLarge("metadata", request.metadata, MAX_METADATA_BYTES);
  refuseLarge("follow_on", request.followOn, MAX_METADATA_BYTES);
  for (const [i, { metadata }] of request.citations.entries()) {
    refuseDeepObject(`citations[${i}].metadata`, metadata);
  }
}
