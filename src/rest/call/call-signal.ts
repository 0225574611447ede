import { Code, ConnectError } from "@connectrpc/connect";
import { isClosed, type NodeResponse } from "../http/node-http.ts";
import { onShutdown } from "./shutdown.ts";

// Reasons for aborting, made once: without one, `abort()` builds a DOMException
// with its stack, which was a tenth of the time of a small call.
const callOver = new ConnectError("the call is over", Code.Canceled);
const clientGone = new ConnectError("the client has gone", Code.Canceled);

/** Longest delay a timer can have. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What may end a call. */
export interface CallEnds {
  readonly response: NodeResponse;
  readonly shutdownSignal: AbortSignal | undefined;
  /** When its time is over, as `Date.now()` has it; undefined: never. */
  readonly deadline: number | undefined;
}

/**
 * The signal of a call. The deadline, the client's leaving, the server's stopping and the
 * end of the call abort it. Connect's own has a controller for the deadline and one linked
 * to it and two more signals; this is a single one, and made only when somebody asks for
 * it, with its timer and listeners: most calls are over before anybody does.
 */
export class CallSignal {
  readonly #ends: CallEnds;
  #controller: AbortController | undefined;
  #release: (() => void) | undefined;
  #over = false;

  constructor(ends: CallEnds) {
    this.#ends = ends;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#open();
    return this.#controller.signal;
  }

  /** Stops the handler, if it still runs, and lets go of timers and listeners. */
  close(): void {
    this.#over = true;
    this.#release?.();
    this.#controller?.abort(callOver);
  }

  #open(): AbortController {
    const controller = new AbortController();
    if (this.#over) controller.abort(callOver);
    else this.#release = abortAt(this.#ends, controller);
    return controller;
  }
}

/** Gives what lets go of all that may abort. */
function abortAt(ends: CallEnds, controller: AbortController): () => void {
  const { response, deadline } = ends;
  const timer = deadline === undefined ? undefined : startDeadline(controller, deadline);
  const onClose = () => controller.abort(clientGone);
  if (isClosed(response)) onClose();
  response.once("close", onClose);
  const offShutdown = onShutdown(ends.shutdownSignal, controller);
  return () => {
    clearTimeout(timer);
    response.off("close", onClose);
    offShutdown();
  };
}

function startDeadline(controller: AbortController, deadline: number): NodeJS.Timeout {
  return setTimeout(
    () => controller.abort(new ConnectError("the deadline has passed", Code.DeadlineExceeded)),
    Math.max(1, Math.min(deadline - Date.now(), MAX_TIMER_MS)),
  );
}
