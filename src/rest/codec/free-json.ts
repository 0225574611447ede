import type { JsonValue } from "@bufbuild/protobuf";
import type { ListValue, Struct, Value } from "@bufbuild/protobuf/wkt";
import { Invalid } from "./violation.ts";

// JSON of any shape: google.protobuf.Struct, Value and ListValue.

const notFinite = new Invalid("must not hold numbers that a double cannot keep");
const notText = new Invalid("must hold only valid Unicode text");

/**
 * Says why a parsed JSON value cannot be kept, or undefined. `depth` is how many
 * levels it may still go down; the answer then has to be written recursively.
 */
export function checkFreeJson(json: unknown, depth: number): Invalid | undefined {
  if (typeof json === "string") return json.isWellFormed() ? undefined : notText;
  if (typeof json === "number") return Number.isFinite(json) ? undefined : notFinite;
  if (typeof json !== "object" || json === null) return undefined;
  if (depth <= 0) return new Invalid("is nested too deeply");
  if (Array.isArray(json)) return firstInvalid(json, depth);
  const keys = Object.keys(json);
  for (const key of keys) if (!key.isWellFormed()) return notText;
  return firstInvalid(Object.values(json), depth);
}

function firstInvalid(values: readonly unknown[], depth: number): Invalid | undefined {
  for (const value of values) {
    const invalid = checkFreeJson(value, depth - 1);
    if (invalid !== undefined) return invalid;
  }
  return undefined;
}

/** The JSON a Value stands for; one without a kind is null. */
export function valueToJson({ kind }: Value): JsonValue {
  switch (kind.case) {
    case "structValue":
      return structToJson(kind.value);
    case "listValue":
      return listToJson(kind.value);
    case "nullValue":
    case undefined:
      return null;
    default:
      return kind.value;
  }
}

export function listToJson(list: ListValue): JsonValue[] {
  return list.values.map(valueToJson);
}

/** `__proto__` is a key like any other, as `JSON.parse` sees it. */
export function structToJson(struct: Struct): { [key: string]: JsonValue } {
  return Object.fromEntries(
    Object.entries(struct.fields).map(([key, value]) => [key, valueToJson(value)]),
  );
}
