import { type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { invalidArgument } from "./errors.ts";

/**
 * Deepest nesting of a caller's JSON. Protobuf readers stop at 100 messages within
 * one another, and JSON takes two for each of its levels: what is deeper could be
 * written and never be read again.
 */
export const MAX_JSON_DEPTH = 40;

/** Refuses what could not be read again: too deep, or with a number JSON does not have. */
export function refuseDeepObject(field: string, value: JsonObject | undefined): void {
  if (value !== undefined) check(field, value, MAX_JSON_DEPTH);
}

export function refuseDeepValue(field: string, value: Value | undefined): void {
  if (value !== undefined) check(field, jsonOf(field, value), MAX_JSON_DEPTH);
}

/** Binary protobuf can carry values that JSON cannot. */
function jsonOf(field: string, value: Value): JsonValue {
  try {
    return toJson(ValueSchema, value);
  } catch {
    throw invalidArgument(field, "must be a value that JSON can express");
  }
}

function check(field: string, value: JsonValue, levels: number): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw invalidArgument(field, "must be a value that JSON can express");
  }
  if (value === null || typeof value !== "object") return;
  if (levels === 0) {
    throw invalidArgument(field, `must not be nested more than ${MAX_JSON_DEPTH} deep`);
  }
  for (const inner of Object.values(value)) check(field, inner, levels - 1);
}
