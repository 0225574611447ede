import type { JsonObject } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import {
  ExecutionMetadataSchema,
  type GetSessionResultsResponse,
  GetSessionResultsResponseSchema,
} from "../../gen/parley/v1/run_requests_pb.js";
import type { TaskCompleted } from "../../gen/parley/v1/task_event_pb.js";
import type { Task } from "../../gen/parley/v1/task_pb.js";
import { ParleyError } from "./errors.ts";

/** The results in the worker's structure; where it gave none, in one that holds the text. */
export function structuredResults({ results, result }: TaskCompleted): JsonObject {
  return results ?? { output: result };
}

/**
 * What came out of a session, as its readers see it.
 * @param task the task, where the caller wants to know how it came about
 */
export function resultsOf(
  sessionId: string,
  completed: TaskCompleted,
  task?: Task,
): GetSessionResultsResponse {
  const { summary, result, citations, confidenceScore, metadata, followOn } = completed;
  return create(GetSessionResultsResponseSchema, {
    sessionId,
    results: structuredResults(completed),
    summary: summary || result,
    citations,
    confidenceScore,
    followOn,
    executionMetadata: task && create(ExecutionMetadataSchema, { task, metadata }),
  });
}

export function resultsNotAvailable(): ParleyError {
  return new ParleyError("results_not_available", "nothing of the session has completed yet");
}

/** Refuses every form of results but JSON: others are documented, and not there yet. */
export function refuseOtherFormats(format: string): void {
  if (format === "" || format.toLowerCase() === "json") return;
  const description = "must be json: results have no other form yet";
  throw new ParleyError("unsupported_format", `format: ${description}`, {
    violations: [{ field: "format", description }],
  });
}
