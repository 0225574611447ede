import { Invalid } from "./violation.ts";

const malformed = new Invalid("must be field names separated by commas");

/** `*` is the whole message, or any element: AIP-161. */
const PATH = /^(?:[A-Za-z_]\w*|\*)(?:\.(?:[A-Za-z_]\w*|\*))*$/;

/** Reads `title,a.bC` or `title,a.b_c`; both give proto names. */
export function parseFieldMask(text: string): string[] | Invalid {
  if (text === "") return [];
  const paths = text.split(",");
  return paths.every((path) => PATH.test(path)) ? paths.map(snakeCase) : malformed;
}

/**
 * Paths as one text, in proto names or in lowerCamelCase. Throws an Error for a path
 * that could not be read back from lowerCamelCase, such as `a_1`.
 */
export function formatFieldMask(paths: readonly string[], names: "proto" | "json"): string {
  return names === "proto" ? paths.join(",") : paths.map(camelCase).join(",");
}

function snakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(path: string): string {
  const camel = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (camel.includes("_") || snakeCase(camel) !== path) {
    throw new Error(`the path ${path} of a google.protobuf.FieldMask has no lowerCamelCase form`);
  }
  return camel;
}
