import { Code } from "@connectrpc/connect";
import { type CallFailure, failureOf } from "../failure.ts";
import { backoffMs, sleep } from "./backoff.ts";
import type { CallOptions } from "./worker-client.ts";

const UNFORESEEN_ATTEMPTS = 5;

/**
 * Calls until there is an answer: one that took it, or one that refuses it for good. The
 * request has to be the same each time, and to name itself by its `request_id`.
 * @throws the signal's reason when it is aborted
 */
export async function untilAnswered<T>(
  call: (options: CallOptions) => Promise<T>,
  { signal, timeoutMs }: Required<CallOptions>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await call({ signal, timeoutMs });
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      if (!passes(failure) && !(isUnforeseen(failure) && failures < UNFORESEEN_ATTEMPTS)) {
        throw error;
      }
      const pause = backoffMs(failures);
      await sleep(Math.max(pause, failure.retryAfterMs ?? 0), signal);
    }
  }
}

/** True if the same call may succeed later: the server, a store or the connection was away. */
export function passes({ code, reason, retryAfterMs }: CallFailure): boolean {
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.Canceled:
      return true;
    // Connect's client says so of a connection that broke; Parley gives a reason.
    case Code.Aborted:
      return reason === undefined || reason === "version_conflict";
    case Code.ResourceExhausted:
      return retryAfterMs !== undefined;
    default:
      return false;
  }
}

/** True of a fault of ours or of the server's: the next attempt may be luckier, or not. */
export function isUnforeseen({ code }: CallFailure): boolean {
  return code === Code.Internal || code === Code.Unknown || code === Code.DataLoss;
}

/** True if the server says that the worker has the task no longer. */
export function saysLost({ reason }: CallFailure): boolean {
  return reason === "stale_lease" || reason === "task_not_found";
}
