import {
  create,
  createRegistry,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type JsonValue,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import {
  ErrorInfoSchema,
  file_google_rpc_error_details,
} from "../../../gen/google/rpc/error_details_pb.js";
import type { Case } from "./rows/row.ts";

/** What a call came to, in words that do not depend on when and where it was made. */
export interface Outcome {
  readonly messages: readonly JsonValue[];
  readonly error?: {
    readonly code: string;
    readonly reason: string | undefined;
    readonly message: string;
    readonly details: readonly JsonValue[];
    readonly retryAfter: string | null;
  };
}

const registry = createRegistry(file_google_rpc_error_details);

/** Where the calls of one protocol are made. */
export interface World {
  readonly transport: Transport;
  readonly tenant: string;
  /** What was kept of answers so far. */
  readonly kept: Record<string, string>;
}

/** Makes one call and takes as many messages as the case wants. */
export async function outcomeOf(
  { transport, tenant, kept }: World,
  method: DescMethod,
  one: Case,
): Promise<Outcome> {
  const { headers, take, keep } = one;
  const input = typeof one.input === "function" ? one.input(kept) : one.input;
  const header = { "x-tenant-id": tenant, "x-user-id": "ann", ...headers };
  const messages: JsonValue[] = [];
  const told = (message: unknown) => {
    Object.assign(kept, keep?.(message));
    return messages.push(
      withoutChance(toJson(method.output, message as never, { registry }), tenant),
    );
  };
  const leave = new AbortController();
  try {
    if (method.methodKind === "unary") {
      const unary = method as DescMethodUnary;
      told((await transport.unary(unary, leave.signal, undefined, header, input)).message);
    } else {
      const inputs = (async function* () {
        yield input;
      })();
      const streaming = method as DescMethodStreaming;
      const answer = await transport.stream(streaming, leave.signal, undefined, header, inputs);
      for await (const message of answer.message) {
        if (told(message) === take) break;
      }
    }
    return { messages };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { messages, error: toWords(error, tenant) };
  } finally {
    leave.abort();
  }
}

function toWords(error: ConnectError, tenant: string): NonNullable<Outcome["error"]> {
  const details = error.details.map((detail) => {
    const typeName = "desc" in detail ? detail.desc.typeName : detail.type;
    const desc = registry.getMessage(typeName);
    if (desc === undefined) throw new Error(`a detail of type ${typeName}`);
    const message =
      "desc" in detail ? create(desc, detail.value as never) : fromBinary(desc, detail.value);
    return { type: typeName, json: withoutChance(toJson(desc, message), tenant) };
  });
  const [info] = error.findDetails(ErrorInfoSchema);
  return {
    code: Code[error.code],
    reason: info?.reason,
    message: error.rawMessage,
    details: details.filter(({ type }) => type !== ErrorInfoSchema.typeName),
    retryAfter: error.metadata.get("retry-after"),
  };
}

const CHANCE: readonly [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "<time>"],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "<id>"],
  [/^\d+-\d+-[0-9a-f]{12}$/, "<etag>"],
  // A secret of a key or a ticket, and how a key begins.
  [/^(?:pk|tk)_[A-Za-z0-9_-]+$/, "<secret>"],
  // A link's, alone and in its URL.
  [/^(https?:.*\/)?ps_[A-Za-z0-9_-]+$/, "<link>"],
  [/^erased:[0-9a-f]{32}$/, "<pseudonym>"],
  // Derived from the tenant too.
  [/^oai-[0-9a-f]{16}$/, "<derived>"],
];

/** The bytes of a log count the digits of its times; how long turns and tasks took is measured. */
const CHANCE_BY_NAME = new Set([
  "nextPageToken",
  "logBytes",
  "fileSize",
  "latencyMs",
  "executionTimeMs",
  "durationMs",
  "averageQueueMs",
  "averageTaskMs",
  "tokensPerSecond",
]);

/** A rounded measure, which is left out where it is zero. */
const LEFT_OUT_BY_CHANCE = "executionTime";

/** Without times, generated ids and the name of the tenant. */
function withoutChance(json: JsonValue, tenant: string): JsonValue {
  if (Array.isArray(json)) return json.map((element) => withoutChance(element, tenant));
  if (typeof json === "object" && json !== null) {
    return Object.fromEntries(
      Object.entries(json)
        .filter(([name]) => name !== LEFT_OUT_BY_CHANCE)
        .map(([name, value]) => [
          name,
          value !== "" && CHANCE_BY_NAME.has(name) ? `<${name}>` : withoutChance(value, tenant),
        ]),
    );
  }
  if (typeof json !== "string") return json;
  if (json === tenant) return "<tenant>";
  return CHANCE.find(([form]) => form.test(json))?.[1] ?? json;
}
