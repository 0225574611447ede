import { invalidArgument, payloadTooLarge } from "./errors.ts";

/** Longest text of a message that is being written, in UTF-16 code units. */
const MAX_TEXT_UNITS = 1_048_576;

/** Refuses a fragment of a message that ends within a character, or beyond what a text may have. */
export function checkFragment({ offset, text }: { offset: number; text: string }): void {
  if (!text.isWellFormed()) {
    throw invalidArgument("text", "must not begin or end inside a character");
  }
  if (offset + text.length <= MAX_TEXT_UNITS) return;
  throw payloadTooLarge("text", `must not end behind ${MAX_TEXT_UNITS} UTF-16 code units`);
}
