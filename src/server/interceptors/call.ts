import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

type Next = Parameters<Interceptor>[0];
export type CallRequest = Parameters<Next>[0];
export type CallResponse = Awaited<ReturnType<Next>>;

const names = new WeakMap<DescMethod, string>();

/** `parley.v1.SessionService/GetSession`. */
export function methodName({ method }: CallRequest): string {
  let name = names.get(method);
  if (name === undefined) {
    name = `${method.parent.typeName}/${method.name}`;
    names.set(method, name);
  }
  return name;
}

/** A method that only reads, and answers with a stream. */
export function isReadStream({ methodKind, idempotency }: DescMethod): boolean {
  const { NO_SIDE_EFFECTS } = MethodOptions_IdempotencyLevel;
  return methodKind === "server_streaming" && idempotency === NO_SIDE_EFFECTS;
}

export type Protocol = "grpc" | "grpc-web" | "connect" | "rest";

/** The RPC protocols call a method by its own path; whatever came by another is REST. */
export function protocolOf(req: CallRequest): Protocol {
  const query = req.url.indexOf("?");
  const end = query === -1 ? undefined : query;
  if (!req.url.endsWith(methodName(req), end)) return "rest";
  const type = req.header.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) return "grpc-web";
  return type.startsWith("application/grpc") ? "grpc" : "connect";
}

/** Calls on; whatever is thrown is a rejection. */
export function proceed(next: Next, req: CallRequest): Promise<CallResponse> {
  try {
    return next(req);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Calls on and tells `done` once, when the call is over: for a stream when its
 * last message is out or its caller has gone. `error` is undefined on success.
 */
export function settle(
  next: Next,
  req: CallRequest,
  done: (error: unknown) => void,
): Promise<CallResponse> {
  return proceed(next, req).then(
    (res) => {
      if (res.stream) return { ...res, message: tap(res.message, done) };
      done(undefined);
      return res;
    },
    (error) => {
      done(error);
      throw error;
    },
  );
}

async function* tap<T>(messages: AsyncIterable<T>, done: (error: unknown) => void) {
  let outcome: unknown = new ConnectError("the caller has gone", Code.Canceled);
  try {
    yield* messages;
    outcome = undefined;
  } catch (error) {
    outcome = error;
    throw error;
  } finally {
    done(outcome);
  }
}
