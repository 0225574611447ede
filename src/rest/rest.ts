import { createRegistry, type JsonValue, type Registry } from "@bufbuild/protobuf";
import {
  type ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect";
import { file_google_rpc_error_details } from "../../gen/google/rpc/error_details_pb.js";
import type { CapturedMethod } from "./capture.ts";
import { createJsonReader } from "./codec/json-reader.ts";
import { type JsonStyle, restJson } from "./codec/json-style.ts";
import { createJsonWriter } from "./codec/json-writer.ts";
import { createErrorAnswers, type ErrorInfo } from "./error/error-answer.ts";
import type { NodeHandler, NodeRequest } from "./http/node-http.ts";
import { compileRules } from "./rule/compile-rules.ts";
import { createHandler } from "./serve.ts";

/** How often a silent stream shows that it lives: proxies give up after 30 s or more. */
const DEFAULT_HEARTBEAT_MS = 15_000;
const DEFAULT_READER_TIMEOUT_MS = 60_000;

/** Settings of the REST handler. Handler options given at registration come first. */
export interface RestOptions {
  /** What `captureServices` collected. Methods without `google.api.http` are left out. */
  readonly methods: readonly CapturedMethod[];
  /** The interceptors that the router has; they run around REST calls too. Default: none. */
  readonly interceptors?: Interceptor[];
  /** Most bytes of a request body, compressed or not. Default 4 MiB. More is 413. */
  readonly readMaxBytes?: number;
  /** Whether members of JSON bodies and form fields that no field has are passed over. Default: 400. */
  readonly ignoreUnknownFields?: boolean;
  /** Whether query parameters that fill no field are passed over. Default: 400. */
  readonly ignoreUnknownParameters?: boolean;
  /**
   * Whether bodies may be HTML forms, beside JSON. Default true. Pages of other
   * origins can post forms without asking: where a cookie alone says who calls,
   * turn them off, or check `Origin`.
   */
  readonly forms?: boolean;
  /**
   * From how many bytes on an answer is compressed, for callers who accept that.
   * Default 1024; Infinity: only for callers who accept nothing else.
   */
  readonly compressMinBytes?: number;
  /** Longest deadline a caller may ask for, in milliseconds; longer ones are cut to it. */
  readonly maxTimeoutMs?: number;
  /** Aborts all calls when the server stops. */
  readonly shutdownSignal?: AbortSignal;
  /** Runs before the body is read, as in Connect; what it throws is the answer. */
  readonly requestGate?: (context: HandlerContext) => void | Promise<void>;
  /** Values that handlers find in their context, by request. */
  readonly contextValues?: (request: NodeRequest) => ContextValues;
  /** Types of google.protobuf.Any, beside those of google/rpc/error_details.proto. */
  readonly registry?: Registry;
  /** How answers look. Default: `restJson`. */
  readonly json?: Partial<JsonStyle>;
  /** Milliseconds of silence between heartbeats of a stream. Default 15,000. */
  readonly heartbeatMs?: number;
  /**
   * Milliseconds that a record of a stream may wait for its reader; then the answer
   * is broken off and the handler stopped. Default 60,000.
   */
  readonly readerTimeoutMs?: number;
  /**
   * Milliseconds after which readers of event streams should come back, sent as
   * `retry`. Default: nothing is said; browsers take a few seconds.
   */
  readonly retryMs?: number;
  /**
   * The body of an error. `details` are the error's, as JSON with an `@type`.
   * Default: google.rpc.Status.
   */
  readonly errorBody?: (error: ConnectError, status: number, details: JsonValue[]) => JsonValue;
  /**
   * The HTTP status of an error from a handler or an interceptor; undefined for
   * that of its code. Not asked for what no handler saw: 400 for input that cannot
   * be read, 404 for a path nobody has, 405, 406, 413, 415, and 501.
   */
  readonly errorStatus?: (error: ConnectError, info: ErrorInfo) => number | undefined;
  /** Told of everything thrown that is no ConnectError: callers learn only "internal error". */
  readonly onInternalError?: (reason: unknown, info: ErrorInfo) => void;
}

/**
 * Compiles the `google.api.http` rules of the methods into a request handler for
 * Node's http and http2 servers, made to be the `fallback` of `connectNodeAdapter`.
 * Throws a RuleError that names every rule which cannot be served.
 */
export function createRest(options: RestOptions): NodeHandler {
  const registry = createRegistry(
    file_google_rpc_error_details,
    ...(options.registry ? [options.registry] : []),
  );
  const writer = createJsonWriter({ ...restJson, ...options.json }, registry);
  const reader = createJsonReader(registry);
  return createHandler({
    router: compileRules(options.methods, options, { reader, writer }),
    errors: createErrorAnswers(options, writer),
    contextValues: options.contextValues ?? (() => createContextValues()),
    streams: {
      heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
      readerTimeoutMs: options.readerTimeoutMs ?? DEFAULT_READER_TIMEOUT_MS,
      retryMs: options.retryMs,
    },
  });
}
