import { Invalid } from "./violation.ts";

const malformed = new Invalid("must be field names separated by commas");

/** Reads `title,a.bC` or `title,a.b_c`; both give proto names. */
export function parseFieldMask(text: string): string[] | Invalid {
  if (text === "") return [];
  const paths = text.split(",");
  if (!paths.every((path) => /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(path))) return malformed;
  return paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Paths as one text, in proto names or in lowerCamelCase. */
export function formatFieldMask(paths: readonly string[], names: "proto" | "json"): string {
  const text = paths.join(",");
  return names === "proto" ? text : text.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
