import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ParleyError } from "./errors.ts";
import { etagMatches } from "./etag.ts";

/**
 * Refuses a change that was meant for another state: `precondition_failed` if
 * `If-Match` said so, `version_conflict` if the request itself did.
 */
export function checkState(head: Head, request: { etag: string; ifMatch: string }): void {
  const message = "the session has changed since; read it again";
  if (request.ifMatch !== "" && !etagMatches(request.ifMatch, head)) {
    throw new ParleyError("precondition_failed", message);
  }
  if (request.etag !== "" && !etagMatches(request.etag, head)) {
    throw new ParleyError("version_conflict", message);
  }
}
