import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor, MethodImplSpec } from "@connectrpc/connect";
import {
  type MethodRule,
  method as methodRule,
  StreamFormat,
} from "../../../gen/rest/v1/annotations_pb.js";
import type { CapturedMethod } from "../capture.ts";
import type { UniversalHandlerOptions } from "../connect-internals.ts";

/** Most bytes a request body may have where no limit was given: 4 MiB. */
const DEFAULT_READ_MAX_BYTES = 4 * 1024 * 1024;

/** Below this, what compressing saves fits into the packet that is sent anyway: 1 KiB. */
const DEFAULT_COMPRESS_MIN_BYTES = 1024;

/** One method and what its calls over REST need. */
export interface Endpoint {
  readonly spec: MethodImplSpec;
  readonly rule: MethodRule;
  /** Statuses of success; the first is the default. Never empty. */
  readonly statuses: readonly [number, ...number[]];
  readonly streamFormat: StreamFormat;
  readonly interceptors: Interceptor[];
  readonly readMaxBytes: number;
  readonly maxTimeoutMs: number;
  readonly shutdownSignal: AbortSignal | undefined;
  readonly requestGate: ((context: HandlerContext) => void | Promise<void>) | undefined;
  readonly ignoreUnknownFields: boolean;
  readonly ignoreUnknownParameters: boolean;
  /** Whether bodies may be forms. */
  readonly forms: boolean;
  /** From how many bytes on answers are compressed. */
  readonly compressMinBytes: number;
}

/** What all methods of a handler have in common; see RestOptions for the meaning of each. */
export interface EndpointSettings {
  readonly ignoreUnknownFields?: boolean;
  readonly ignoreUnknownParameters?: boolean;
  readonly forms?: boolean;
}

/** Options of the whole router, which those of a service or method override. */
export type EndpointDefaults = EndpointSettings &
  Partial<
    Pick<
      UniversalHandlerOptions,
      | "interceptors"
      | "readMaxBytes"
      | "compressMinBytes"
      | "maxTimeoutMs"
      | "shutdownSignal"
      | "requestGate"
    >
  >;

/** Throws an Error for statuses that are none of success. */
export function createEndpoint(captured: CapturedMethod, defaults: EndpointDefaults): Endpoint {
  const options = { ...defaults, ...captured.options };
  const rule = getOption(captured.spec.method, methodRule);
  return {
    spec: captured.spec,
    rule,
    statuses: successStatuses(captured.spec.method),
    streamFormat: rule.defaultStreamFormat || StreamFormat.SSE,
    interceptors: options.interceptors ?? [],
    readMaxBytes: options.readMaxBytes ?? DEFAULT_READ_MAX_BYTES,
    maxTimeoutMs: options.maxTimeoutMs ?? Number.MAX_SAFE_INTEGER,
    shutdownSignal: options.shutdownSignal,
    requestGate: options.requestGate,
    ignoreUnknownFields: defaults.ignoreUnknownFields ?? false,
    ignoreUnknownParameters: defaults.ignoreUnknownParameters ?? false,
    forms: defaults.forms ?? true,
    compressMinBytes: options.compressMinBytes ?? DEFAULT_COMPRESS_MIN_BYTES,
  };
}

/** The statuses a method may succeed with; 200 where it lists none. */
export function successStatuses(method: DescMethod): [number, ...number[]] {
  const [first = 200, ...others] = getOption(method, methodRule).successStatuses;
  const wrong = [first, ...others].find((status) => status < 200 || status > 299);
  if (wrong !== undefined) throw new Error(`success_statuses: ${wrong} is no status of success`);
  return [first, ...others];
}
