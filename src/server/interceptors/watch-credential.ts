import type { Interceptor } from "@connectrpc/connect";
import { unauthenticated } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { CallRequest, CallResponse } from "./call.ts";

type StreamRequest = CallRequest & { readonly stream: true };
type Next = Parameters<Interceptor>[0];
type Way = Pick<Authenticator, "isStillGood">;

/** Between two looks at what a stream began with. */
const LOOK_MS = 400;

/**
 * Calls on a stream, and ends it when its caller would not be admitted any more: a key was revoked,
 * a token has expired.
 */
export async function watchCredential(
  next: Next,
  req: StreamRequest,
  way: Way,
  caller: Principal,
): Promise<CallResponse> {
  if (way.isStillGood === undefined) return next(req);
  const look = new CredentialLook(way, caller);
  req.signal.addEventListener("abort", () => look.end(), { once: true });
  try {
    const signal = AbortSignal.any([req.signal, look.signal]);
    const response = await next({ ...req, signal });
    if (!response.stream) throw new Error("a stream is answered by a stream");
    return { ...response, message: look.during(response.message) };
  } catch (error) {
    look.end();
    throw error;
  }
}

/** Looks at a credential again and again, and raises its signal when it is not good any more. */
class CredentialLook {
  readonly #way: Way;
  readonly #caller: Principal;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(way: Way, caller: Principal) {
    this.#way = way;
    this.#caller = caller;
    this.#timer = this.#later();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    // One that is looking just now must not begin anew.
    this.#controller.abort();
  }

  /** A handler that is told to stop ends its stream in order, which is no order here. */
  async *during<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const message of messages) {
        this.signal.throwIfAborted();
        yield message;
      }
      this.signal.throwIfAborted();
    } finally {
      this.end();
    }
  }

  #later(): NodeJS.Timeout {
    return setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    try {
      const isGood = await this.#way.isStillGood?.(this.#caller);
      if (isGood === false) throw unauthenticated("a credential that ended during a stream");
      if (!this.signal.aborted) this.#timer = this.#later();
    } catch (error) {
      this.#controller.abort(error);
    }
  }
}
