/** Members of an object in JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a text that is to be an object; throws an Error that says what is wrong. */
export function parseObject(text: string, name: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("is not JSON");
  }
  return objectOf(json, name);
}

/** @param path where it stands, for the error that it is none */
export function objectOf(value: unknown, path: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new Error(`${path} must be an object`);
}

/** Refuses a member that nobody reads: most often a name that is misspelt. */
export function refuseOthers(json: JsonObject, path: string, known: readonly string[]): void {
  const unknown = Object.keys(json).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const names = known.map((name) => `"${name}"`).join(", ");
  throw new Error(`${path === "" ? "" : `${path}.`}${unknown} is none of ${names}`);
}
