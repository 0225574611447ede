import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

type Next = Parameters<Interceptor>[0];
export type CallRequest = Parameters<Next>[0];
export type CallResponse = Awaited<ReturnType<Next>>;

/** `parley.v1.SessionService/GetSession`. */
export function methodName({ method }: CallRequest): string {
  return `${method.parent.typeName}/${method.name}`;
}

export type Protocol = "grpc" | "grpc-web" | "connect" | "rest";

/** The RPC protocols call a method by its own path; whatever came by another is REST. */
export function protocolOf(req: CallRequest): Protocol {
  const path = `/${methodName(req)}`;
  const query = req.url.indexOf("?");
  const url = query === -1 ? req.url : req.url.slice(0, query);
  if (!url.endsWith(path)) return "rest";
  const type = req.header.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) return "grpc-web";
  return type.startsWith("application/grpc") ? "grpc" : "connect";
}

/**
 * Calls on and tells `done` once, when the call is over: for a stream when its
 * last message is out or its caller has gone. `error` is undefined on success.
 */
export async function settle(
  next: Next,
  req: CallRequest,
  done: (error: unknown) => void,
): Promise<CallResponse> {
  let res: CallResponse;
  try {
    res = await next(req);
  } catch (error) {
    done(error);
    throw error;
  }
  if (res.stream) return { ...res, message: tap(res.message, done) };
  done(undefined);
  return res;
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
