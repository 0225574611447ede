import type { JsonObject } from "@bufbuild/protobuf";

/** Merged key by key at the top level; null deletes a key. */
export function merged(held: JsonObject | undefined, patch: JsonObject): JsonObject {
  const entries = Object.entries({ ...held, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}
