import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { ClientOptions } from "@grpc/grpc-js";

/** A page holds about 4 MiB and one event more; grpc-js takes 4 MiB unless told. */
const MAX_RECEIVE_BYTES = 16 * 1024 * 1024;
/** The largest request there is, or it would not be sent again. */
const MAX_RETRIED_BYTES = 5 * 1024 * 1024;

/** A connection that died in silence is noticed within 20 s, while a lease of 30 s still lasts. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 10_000, "grpc.keepalive_timeout_ms": 10_000 };

/** grpc-js waits up to two minutes; a server that is back should be noticed sooner. */
const RECONNECT = {
  "grpc.initial_reconnect_backoff_ms": 250,
  "grpc.max_reconnect_backoff_ms": 5_000,
};

/**
 * Four attempts within about 1.3 s: a replica that is being replaced. What lasts longer is told,
 * and so is `unavailable` as the server's own answer: it says when to try again, and grpc-js
 * repeats nothing that was answered.
 */
const RETRY_POLICY = {
  maxAttempts: 4,
  initialBackoff: "0.1s",
  maxBackoff: "1s",
  backoffMultiplier: 3,
  retryableStatusCodes: ["UNAVAILABLE"],
};

/** While most calls fail, they are not sent again as well. */
const RETRY_THROTTLING = { maxTokens: 100, tokenRatio: 0.1 };

/** Channel options of a client, unless the caller has others. */
export function channelOptions(service: DescService): ClientOptions {
  return {
    "grpc.max_receive_message_length": MAX_RECEIVE_BYTES,
    "grpc.per_rpc_retry_buffer_size": MAX_RETRIED_BYTES,
    ...KEEPALIVE,
    ...RECONNECT,
    "grpc.service_config": serviceConfig(service),
  };
}

function serviceConfig(service: DescService): string {
  const name = service.methods
    .filter(isRepeatable)
    .map((method) => ({ service: service.typeName, method: method.name }));
  const methodConfig = name.length === 0 ? [] : [{ name, retryPolicy: RETRY_POLICY }];
  return JSON.stringify({ methodConfig, retryThrottling: RETRY_THROTTLING });
}

/** True if a call may be sent twice: it changes nothing, or names itself by its `request_id`. */
function isRepeatable({ idempotency, input }: DescMethod): boolean {
  return (
    idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN ||
    input.fields.some(({ name }) => name === "request_id")
  );
}
