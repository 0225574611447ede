import { type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { invalidArgument } from "./errors.ts";

/**
 * Deepest nesting of a caller's JSON. Protobuf readers stop at 100 messages within
 * one another, and JSON takes two for each of its levels: what is deeper could be
 * written and never be read again.
 */
export const MAX_JSON_DEPTH = 40;

export function refuseDeepObject(field: string, value: JsonObject | undefined): void {
  if (value !== undefined && isDeeper(value, MAX_JSON_DEPTH)) throw tooDeep(field);
}

export function refuseDeepValue(field: string, value: Value | undefined): void {
  if (value === undefined) return;
  if (isDeeper(toJson(ValueSchema, value), MAX_JSON_DEPTH)) throw tooDeep(field);
}

function tooDeep(field: string): Error {
  return invalidArgument(field, `must not be nested more than ${MAX_JSON_DEPTH} deep`);
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== "object") return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
