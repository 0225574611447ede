import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** Merged key by key at the top level; null deletes a key. */
export function merged(held: JsonObject | undefined, patch: JsonObject): JsonObject {
  const entries = Object.entries({ ...held, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}

/** True if two values say the same, whatever the order of their keys. */
export function sameJson(one: JsonValue, other: JsonValue): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(at(one, key), at(other, key)))
  );
}

function at(held: object, key: string): JsonValue {
  return Reflect.get(held, key);
}
