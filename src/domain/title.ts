import { invalidArgument } from "./errors.ts";

/** Longest title, in code points (Shannon's document). */
export const MAX_TITLE = 60;

const INVISIBLE = /[\p{Cc}\u200B\uFEFF]/gu;

/**
 * A title as it is kept: without control characters, U+200B and U+FEFF, trimmed.
 * Nothing left, or more than 60 code points, is `invalid_argument`.
 */
export function cleanTitle(given: string): string {
  const title = given.replace(INVISIBLE, "").trim();
  if (title === "") throw invalidArgument("title", "must not be empty");
  if ([...title].length > MAX_TITLE) {
    throw invalidArgument("title", `must not be longer than ${MAX_TITLE} characters`);
  }
  return title;
}
