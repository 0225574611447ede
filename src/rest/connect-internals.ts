// Every import of Connect's internals, which do not follow semantic versioning:
// @connectrpc/connect is pinned to an exact version, and this file is what has to
// be looked at when it moves.
export {
  createAsyncIterable,
  mergeNonProtocolHeaders,
  transformInvokeImplementation,
  type UniversalHandlerOptions,
} from "@connectrpc/connect/protocol";
export { codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
