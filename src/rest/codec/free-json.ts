import type { JsonValue } from "@bufbuild/protobuf";
import type { ListValue, Struct, Value } from "@bufbuild/protobuf/wkt";
import { tooDeep } from "./read-context.ts";
import { Invalid } from "./violation.ts";

// JSON of any shape: google.protobuf.Struct, Value and ListValue.

const notFinite = new Invalid("must not hold numbers that a double cannot keep");
const notText = new Invalid("must hold only valid Unicode text");

/**
 * Says why a parsed JSON value cannot be kept, or undefined. `depth` is how many
 * levels it may still go down, of which each value in a list or object is one; the
 * answer then has to be written recursively.
 */
export function checkFreeJson(json: unknown, depth: number): Invalid | undefined {
  if (depth <= 0) return tooDeep;
  if (typeof json === "string") return json.isWellFormed() ? undefined : notText;
  if (typeof json === "number") return Number.isFinite(json) ? undefined : notFinite;
  return checkElements(json, depth - 1);
}

/** The same for what a list or object holds; `depth` is for each of its values. */
export function checkElements(json: unknown, depth: number): Invalid | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if (!Array.isArray(json) && !Object.keys(json).every((key) => key.isWellFormed())) return notText;
  for (const value of Array.isArray(json) ? json : Object.values(json)) {
    const invalid = checkFreeJson(value, depth);
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
