import {
  clone,
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientOptions,
  credentials as grpcCredentials,
  Metadata,
} from "@grpc/grpc-js";
import { channelOptions } from "./grpc-channel.ts";

/** Says over metadata what `request_id` says in the request. */
const IDEMPOTENCY_KEY = "idempotency-key";

/** Per call: what is sent along, and when to give up. */
export interface GrpcCallOptions {
  /** Metadata, such as `x-user-id` or `idempotency-key`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Milliseconds until the call fails with DEADLINE_EXCEEDED. Default: never. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Unary<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: GrpcCallOptions,
) => Promise<MessageShape<O>>;

type ServerStreaming<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: GrpcCallOptions,
) => AsyncIterable<MessageShape<O>>;

/** A client with a method for every unary and server-streaming RPC of a service. */
export type GrpcClient<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends DescMethodUnary<infer I, infer O>
    ? Unary<I, O>
    : S["method"][K] extends DescMethodServerStreaming<infer I, infer O>
      ? ServerStreaming<I, O>
      : never;
} & { readonly close: () => void };

export interface GrpcClientOptions {
  /** Default: cleartext. */
  readonly credentials?: ChannelCredentials;
  /** Channel options of grpc-js, instead of those in `grpc-channel.ts`. */
  readonly channel?: ClientOptions;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A gRPC client on @grpc/grpc-js, built from a generated descriptor; `target` is
 * `host:port`. Failures are grpc-js `ServiceError`s. A call whose connection breaks before
 * it is answered is sent again, up to three times; so that this is safe for a write, it
 * gets a `request_id` where the caller gave none.
 */
export function createGrpcClient<S extends DescService>(
  service: S,
  target: string,
  options: GrpcClientOptions = {},
): GrpcClient<S> {
  const channel = new Client(target, options.credentials ?? grpcCredentials.createInsecure(), {
    ...channelOptions(service),
    ...options.channel,
  });
  const methods = service.methods.map((method) => [
    method.localName,
    method.methodKind === "unary"
      ? unary(channel, method, options)
      : serverStreaming(channel, method, options),
  ]);
  return Object.assign(Object.fromEntries(methods), { close: () => channel.close() });
}

function unary(client: Client, method: DescMethod, defaults: GrpcClientOptions) {
  return (request: MessageInitShape<DescMessage>, options: GrpcCallOptions = {}) =>
    new Promise((resolve, reject) => {
      const metadata = metadataOf(defaults, options);
      const call = client.makeUnaryRequest(
        pathOf(method),
        serialize(method),
        deserialize(method),
        named(method, request, metadata),
        metadata,
        callOptionsOf(options),
        (error, response) => {
          options.signal?.removeEventListener("abort", cancel);
          if (error === null) resolve(response);
          else reject(error);
        },
      );
      const cancel = () => call.cancel();
      options.signal?.addEventListener("abort", cancel);
      if (options.signal?.aborted) cancel();
    });
}

function serverStreaming(client: Client, method: DescMethod, defaults: GrpcClientOptions) {
  return (request: MessageInitShape<DescMessage>, options: GrpcCallOptions = {}) => {
    const call = client.makeServerStreamRequest(
      pathOf(method),
      serialize(method),
      deserialize(method),
      create(method.input, request),
      metadataOf(defaults, options),
      callOptionsOf(options),
    );
    const cancel = () => call.cancel();
    options.signal?.addEventListener("abort", cancel);
    if (options.signal?.aborted) cancel();
    call.once("close", () => options.signal?.removeEventListener("abort", cancel));
    return cancelledOnReturn(call);
  };
}

/** The request with a `request_id`, if it has a place for one and nobody gave it. */
function named(
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  metadata: Metadata,
): MessageShape<DescMessage> {
  const message = create(method.input, request);
  const field = method.input.field.requestId;
  const given = (message as Readonly<Record<string, unknown>>).requestId !== "";
  if (field === undefined || given || metadata.get(IDEMPOTENCY_KEY).length > 0) return message;
  // `create` gives a message back as it is, and the caller may send it again as another call.
  const copy = message === request ? clone(method.input, message) : message;
  return Object.assign(copy, { requestId: crypto.randomUUID() });
}

/** Leaving the loop ends the call; grpc-js alone would go on listening. */
async function* cancelledOnReturn<T>(call: AsyncIterable<T> & { cancel(): void }) {
  try {
    yield* call;
  } finally {
    call.cancel();
  }
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function serialize(method: DescMethod) {
  return (message: MessageShape<DescMessage>) => Buffer.from(toBinary(method.input, message));
}

function deserialize(method: DescMethod) {
  return (bytes: Buffer) => fromBinary(method.output, bytes);
}

function metadataOf(defaults: GrpcClientOptions, options: GrpcCallOptions): Metadata {
  const metadata = new Metadata();
  const all = { ...defaults.metadata, ...options.metadata };
  for (const [key, value] of Object.entries(all)) metadata.set(key, value);
  return metadata;
}

function callOptionsOf({ timeoutMs }: GrpcCallOptions): CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}
