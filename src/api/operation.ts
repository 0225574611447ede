import { createHash } from "node:crypto";
import { clone, type DescMessage, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Context } from "../context.ts";
import { invalidArgument } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import type { Operation } from "../journal/port.ts";

/** A call that writes, named so that its retry is recognised. */
export interface NamedOperation {
  readonly operation: Operation;
  /** True if the caller named it; else no retry can ever name it again. */
  readonly retryable: boolean;
}

/** In the place of a hash that nobody will ever compare. */
const NO_HASH = new Uint8Array(32);

/**
 * Names the operation of a call by its `request_id`, else by a new id. The hash
 * covers the request without its `request_id`, so that the same id with another
 * request is noticed.
 */
export function operationOf<T extends Message & { requestId: string }>(
  context: Context,
  call: HandlerContext,
  principal: Principal,
  schema: DescMessage,
  request: T,
): NamedOperation {
  const { tenantId, userId } = principal;
  const method = `${call.service.typeName}/${call.method.name}`;
  const retryable = request.requestId !== "";
  const key = retryable ? request.requestId : context.ids.uuid();
  const requestHash = retryable ? hashOf(schema, request) : NO_HASH;
  return { operation: { tenantId, userId, method, key, requestHash }, retryable };
}

/** Over the JSON of the request with its keys sorted: maps keep the order their callers write. */
function hashOf(schema: DescMessage, request: Message & { requestId: string }): Uint8Array {
  const anonymous = { ...clone(schema, request), requestId: "" };
  const text = JSON.stringify(sorted(jsonOf(schema, anonymous)));
  return createHash("sha256").update(text).digest();
}

/** Over binary protobuf a number may be one that JSON has no form for. */
function jsonOf(schema: DescMessage, request: Message): JsonValue {
  try {
    return toJson(schema, request);
  } catch {
    throw invalidArgument(
      "request_id",
      "goes with no request that JSON cannot hold (NaN, Infinity)",
    );
  }
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
