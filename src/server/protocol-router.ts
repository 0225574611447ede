import type { DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createConnectRouter, type Interceptor } from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import type { Logger } from "pino";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { captureServices, createRest } from "../rest/index.ts";
import { restErrorBody } from "./error-body.ts";
import { restErrorStatus } from "./error-reason.ts";
import { healthService } from "./health.ts";
import type { HttpHandler } from "./http.ts";
import type { RequestRules } from "./interceptors/validate.ts";
import { refuseLoneSurrogates } from "./interceptors/well-formed.ts";
import { registerReflection } from "./reflection/index.ts";
import { REQUEST_ID } from "./request-id.ts";
import { serveRpcs } from "./rpc-handler.ts";
import type { Serving } from "./serving.ts";
import { takeTickets, valuesOf } from "./ticket-in-query.ts";
import { attributeUnread } from "./unread-request.ts";

/** When event streams should come back: soon, but after a restart not all at once. */
const RETRY_MS = 2000;

export interface ProtocolOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly serving: Serving;
  readonly rules: RequestRules;
  readonly interceptors: Interceptor[];
  /** For health and reflection. */
  readonly publicInterceptors: Interceptor[];
  readonly maxBodyBytes: number;
  readonly maxDeadlineMs: number;
  readonly readerTimeoutMs: number;
  /** Ends the calls that still run. */
  readonly shutdownSignal: AbortSignal;
  readonly logger: Logger;
}

/**
 * One set of implementations behind four protocols: gRPC, gRPC-Web and Connect
 * by Connect's router, REST for whatever those do not know.
 */
export function protocolRouter(options: ProtocolOptions): HttpHandler {
  const { interceptors, maxBodyBytes, shutdownSignal, logger } = options;
  const router = createConnectRouter({
    interceptors: [...interceptors, refuseLoneSurrogates()],
    readMaxBytes: maxBodyBytes,
    // No Brotli: as the library sets it up, 15 KB of JSON take 16 ms; gzip takes 0.15 ms.
    acceptCompression: [compressionGzip],
    shutdownSignal,
    requestGate: attributeUnread,
  });
  const captured = captureServices(router);
  options.routes(captured.router);
  const rest = createRest({
    methods: captured.methods,
    interceptors,
    readMaxBytes: maxBodyBytes,
    maxTimeoutMs: options.maxDeadlineMs,
    shutdownSignal,
    readerTimeoutMs: options.readerTimeoutMs,
    retryMs: RETRY_MS,
    contextValues: valuesOf,
    errorBody: restErrorBody,
    errorStatus: restErrorStatus,
    onInternalError: (err, { request }) =>
      logger.error({ err, request_id: request.headers[REQUEST_ID] }, "a REST call failed"),
  });
  registerPublic(router, options);
  for (const { method } of router.handlers) options.rules.prepare(method.input);
  return serveRpcs(router, takeTickets(rest));
}

function registerPublic(router: ConnectRouter, options: ProtocolOptions): void {
  const services = new Set<DescService>(router.handlers.map(({ service }) => service));
  const { serving } = options;
  const interceptors = [...options.publicInterceptors, refuseLoneSurrogates()];
  const names = [...services].map(({ typeName }) => typeName);
  router.service(Health, healthService(serving, names), { interceptors });
  registerReflection(router, [...services, Health], serving.shutdown, { interceptors });
}
