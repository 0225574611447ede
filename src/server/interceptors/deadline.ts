import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { borrowSignal } from "../../rest/index.ts";
import type { CallRequest, CallResponse } from "./call.ts";

export interface DeadlineOptions {
  /** For calls that name none, in milliseconds. */
  readonly defaultMs: number;
  /** For calls that name one: no call runs longer than this, in milliseconds. */
  readonly maxMs: number;
}

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
    return new BoundCall(req, boundOf(req, options)).run(next);
  };
}

/** A wait that the request itself asks for (`wait_ms`) is not cut short by our default. */
function boundOf({ header, message }: UnaryRequest, { defaultMs, maxMs }: DeadlineOptions): number {
  if (namesDeadline(header)) return maxMs;
  const waitMs: unknown = Reflect.get(message, "waitMs");
  return typeof waitMs === "number" ? Math.min(defaultMs + waitMs, maxMs) : defaultMs;
}

/** Where the protocols carry a caller's own deadline; the last one is REST's. */
function namesDeadline(header: Headers): boolean {
  return (
    header.has("grpc-timeout") || header.has("connect-timeout-ms") || header.has("x-server-timeout")
  );
}

type UnaryRequest = CallRequest & { readonly stream: false };
type Next = Parameters<Interceptor>[0];

/**
 * One call with its bound. The bound is set when somebody asks for the signal, or in the
 * next turn of the event loop: most reads of a live session are answered before that, and
 * do without a timer, a listener and a signal.
 */
class BoundCall {
  readonly #request: UnaryRequest;
  readonly #ms: number;
  #controller: AbortController | undefined;
  #reject: (error: ConnectError) => void = () => undefined;
  #release: (() => void) | undefined;
  #over = false;

  constructor(request: UnaryRequest, ms: number) {
    this.#request = request;
    this.#ms = ms;
  }

  /** Aborted with the caller's own signal, and when the bound is reached. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    this.bound();
    return this.#controller.signal;
  }

  run(next: Next): Promise<CallResponse> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const settle =
        <T>(tell: (outcome: T) => void) =>
        (outcome: T) => {
          this.#over = true;
          this.#release?.();
          tell(outcome);
        };
      next(this.#innerRequest()).then(settle(resolve), settle(reject));
      boundSoon(this);
    });
  }

  /** Sets the bound, if the call is not over. */
  bound(): void {
    if (this.#over || this.#release !== undefined) return;
    const { signal: outer } = this.#request;
    const left = () => this.#stop(outer.reason);
    const timer = setTimeout(() => this.#stop(tooLate(this.#ms)), this.#ms);
    this.#release = () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", left);
    };
    if (outer.aborted) left();
    else outer.addEventListener("abort", left, { once: true });
  }

  #innerRequest(): UnaryRequest {
    const { stream, service, method, requestMethod, url, header, contextValues, message } =
      this.#request;
    const inner = { stream, service, method, requestMethod, url, header, contextValues, message };
    return borrowSignal(inner, this);
  }

  #stop(reason: unknown): void {
    const error = reason instanceof ConnectError ? reason : cancelled();
    this.#controller ??= new AbortController();
    this.#controller.abort(error);
    this.#reject(error);
  }
}

function tooLate(ms: number): ConnectError {
  return new ConnectError(`the call took longer than ${ms} ms`, Code.DeadlineExceeded);
}

function cancelled(): ConnectError {
  return new ConnectError("the call was cancelled", Code.Canceled);
}

/** Calls that began in this turn of the event loop. */
let begun: BoundCall[] = [];

function boundSoon(call: BoundCall): void {
  if (begun.push(call) === 1) setImmediate(boundBegun);
}

function boundBegun(): void {
  const calls = begun;
  begun = [];
  for (const call of calls) call.bound();
}
