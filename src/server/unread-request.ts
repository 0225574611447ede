import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { withReason } from "./error-reason.ts";

/**
 * What Connect 2.2.0 says when a body is no message, is compressed though nothing says
 * how, or does not decompress. Its code for them is `internal`, status 500; but it is
 * the caller who has to do something else, and no alarm should ring here.
 */
const CALLERS_MISTAKE =
  /^(?:parse binary: |received compressed envelope, but do not know how|decompression failed$)/;

/**
 * Gives an error of the RPC library the code it should have, and a reason. What it
 * quotes from a request may be no Unicode, which gRPC's trailers cannot carry.
 */
export function attribute(error: ConnectError): ConnectError {
  const writable = error as { code: Code; rawMessage: string };
  if (error.code === Code.Internal && CALLERS_MISTAKE.test(error.rawMessage)) {
    writable.code = Code.InvalidArgument;
  }
  if (!error.rawMessage.isWellFormed()) writable.rawMessage = error.rawMessage.toWellFormed();
  return withReason(error);
}

/**
 * A request gate that stops only those who are late already. A unary request is read
 * outside of all interceptors, so they never see what is wrong with it. But each protocol
 * aborts the call's signal with the error before it writes the error out.
 */
export function attributeUnread({ signal }: HandlerContext): void {
  const onAbort = () => {
    if (signal.reason instanceof ConnectError) attribute(signal.reason);
  };
  if (signal.aborted) onAbort();
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort, { once: true });
}
