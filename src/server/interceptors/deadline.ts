import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

export interface DeadlineOptions {
  /** For calls that name none, in milliseconds. */
  readonly defaultMs: number;
  /** For calls that name one: no call runs longer than this, in milliseconds. */
  readonly maxMs: number;
}

/** Where the protocols carry a caller's own deadline; the last one is REST's. */
const DEADLINE_HEADERS = ["grpc-timeout", "connect-timeout-ms", "x-server-timeout"] as const;

/**
 * Bounds every call that is no stream. The caller's own deadline is kept by the
 * RPC library, which only raises a signal; here the call is answered when that
 * or our bound is reached, even if the handler does not look at the signal.
 * What it was writing may still be committed: a retry with the same
 * `request_id` tells.
 */
export function boundCalls(options: DeadlineOptions): Interceptor {
  return (next) => (req) => {
    if (req.stream) return next(req);
    const named = DEADLINE_HEADERS.some((header) => req.header.has(header));
    return within(named ? options.maxMs : options.defaultMs, req.signal, (signal) =>
      next({ ...req, signal }),
    );
  };
}

function within<T>(
  ms: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const controller = new AbortController();
  const stop = (reason: unknown) => {
    const error =
      reason instanceof ConnectError
        ? reason
        : new ConnectError("the call was cancelled", Code.Canceled);
    controller.abort(error);
    reject(error);
  };
  const left = () => stop(outer.reason);
  const timer = setTimeout(
    () => stop(new ConnectError(`the call took longer than ${ms} ms`, Code.DeadlineExceeded)),
    ms,
  );
  if (outer.aborted) left();
  else outer.addEventListener("abort", left, { once: true });
  run(controller.signal).then(resolve, reject);
  return promise.finally(() => {
    clearTimeout(timer);
    outer.removeEventListener("abort", left);
  });
}
